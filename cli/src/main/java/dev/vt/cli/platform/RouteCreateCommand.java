package dev.vt.cli.platform;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.resource.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt routes create}. */
@Command(name = "create", description = "make a hostname or a port lead to a process")
@SuppressWarnings("NullAway.Init")
public final class RouteCreateCommand extends VtCommand {
    @Option(names = "--hostname", description = "for tls_passthrough")
    private @Nullable String hostname;

    @Option(names = "--port", description = "where the edge listens, default 443", defaultValue = "443")
    private int port;

    @Option(names = "--process", required = true, description = "process type")
    private String process;

    @Option(names = "--target-port", required = true, description = "name or number of the process's port")
    private String targetPort;

    @Option(names = "--kind", description = "tls_passthrough or tcp_raw", defaultValue = "tls_passthrough")
    private String kind;

    @Option(names = "--proxy-protocol", description = "off or v2", defaultValue = "off")
    private String proxyProtocol;

    @Option(names = "--backend-expects-proxy", description = "the process reads the PROXY header")
    private boolean expectsProxy;

    @Option(names = "--ipv4", description = "off, also or required", defaultValue = "off")
    private String ipv4;

    @Override
    protected int run(Session session) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("kind", kind);
        if (hostname != null) {
            body.put("hostname", hostname);
        }
        body.put("listen_port", port);
        Object number = targetPort.matches("[0-9]{1,5}") ? Integer.valueOf(targetPort) : targetPort;
        body.put("target", Map.of("process_type", process, "port", number));
        body.put("proxy_protocol", proxyProtocol);
        body.put("backend_expects_proxy_protocol", expectsProxy);
        body.put("ipv4", ipv4);
        String where = (hostname == null ? "" : hostname) + ":" + port;
        Doc answer = session.api()
                .mutate(
                        "POST",
                        Kind.ROUTE.collection().apply(session.target()),
                        body,
                        session.idempotencyKey(),
                        "creating a route in " + session.target().label());
        new Receipt(
                        "created route " + where + " -> " + process + ":" + targetPort,
                        session.target().label(),
                        answer,
                        session.idempotencyKey(),
                        List.of(new Receipt.Next(
                                "endpoints",
                                "vt endpoints list --env "
                                        + session.target().env().str("name"))))
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
        return 0;
    }
}
