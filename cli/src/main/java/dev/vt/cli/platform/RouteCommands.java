package dev.vt.cli.platform;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt routes create} and {@code update}. */
public final class RouteCommands {
    private RouteCommands() {}

    private static Object port(String nameOrNumber) {
        return nameOrNumber.matches("[0-9]{1,5}") ? Integer.valueOf(nameOrNumber) : nameOrNumber;
    }

    private static List<Receipt.Next> next(Session session) {
        return List.of(new Receipt.Next(
                "endpoints", "vt endpoints list --env " + session.target().env().str("name")));
    }

    /** Makes a hostname or a port lead to a process. */
    @Command(name = "create", description = "make a hostname or a port lead to a process")
    @SuppressWarnings("NullAway.Init")
    public static final class Create extends VtCommand {
        @Option(
                names = "--hostname",
                paramLabel = "NAME",
                description = "needed for tls_passthrough, for example shop.example.com")
        private @Nullable String hostname;

        @Option(
                names = "--port",
                paramLabel = "N",
                description = "where the edge listens, default 443",
                defaultValue = "443")
        private int port;

        @Option(names = "--process", paramLabel = "TYPE", required = true, description = "process type it leads to")
        private String process;

        @Option(
                names = "--target-port",
                paramLabel = "PORT",
                required = true,
                description = "name or number of the process's port")
        private String targetPort;

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                description = "tls_passthrough (by hostname) or tcp_raw (by port)",
                defaultValue = "tls_passthrough")
        private String kind;

        @Option(
                names = "--proxy-protocol",
                paramLabel = "VERSION",
                description = "off or v2: tell the process who connects",
                defaultValue = "off")
        private String proxyProtocol;

        @Option(names = "--backend-expects-proxy", description = "confirm that the process reads the PROXY header")
        private boolean expectsProxy;

        @Option(names = "--ipv4", paramLabel = "MODE", description = "off, also or required", defaultValue = "off")
        private String ipv4;

        @Option(names = "--max-connections", paramLabel = "N", description = "open ones on one edge; 0: as configured")
        private @Nullable Integer maxConnections;

        @Option(names = "--terminate-on-delete", description = "deleting the route ends its open connections")
        private boolean terminateOnDelete;

        @Override
        protected int run(Session session) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("kind", kind);
            if (hostname != null) {
                body.put("hostname", hostname);
            }
            body.put("listen_port", port);
            body.put("target", Map.of("process_type", process, "port", port(targetPort)));
            body.put("proxy_protocol", proxyProtocol);
            body.put("backend_expects_proxy_protocol", expectsProxy);
            body.put("ipv4", ipv4);
            if (maxConnections != null) {
                body.put("max_connections", maxConnections);
            }
            if (terminateOnDelete) {
                body.put("terminate_on_delete", true);
            }
            String where = (hostname == null ? "" : hostname) + ":" + port;
            Doc answer = session.change(
                    "POST",
                    Kind.ROUTE.collection().apply(session.target()),
                    body,
                    "creating a route in " + session.target().label());
            new Receipt(
                            "created route " + where + " -> " + process + ":" + targetPort,
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            next(session))
                    .print(session);
            return 0;
        }
    }

    /** Changes where a route leads, or how. */
    @Command(name = "update", description = "change where a route leads, or how")
    @SuppressWarnings("NullAway.Init")
    public static final class Update extends VtCommand {
        @Parameters(paramLabel = "ROUTE", description = "id, hostname or hostname:port")
        private String id;

        @Option(names = "--process", paramLabel = "TYPE", description = "process type it leads to")
        private @Nullable String process;

        @Option(names = "--target-port", paramLabel = "PORT", description = "name or number of the process's port")
        private @Nullable String targetPort;

        @Option(names = "--proxy-protocol", paramLabel = "VERSION", description = "off or v2")
        private @Nullable String proxyProtocol;

        @Option(names = "--backend-expects-proxy", description = "confirm that the process reads the PROXY header")
        private boolean expectsProxy;

        @Option(names = "--ipv4", paramLabel = "MODE", description = "off, also or required")
        private @Nullable String ipv4;

        @Option(names = "--max-connections", paramLabel = "N", description = "open ones on one edge; 0: as configured")
        private @Nullable Integer maxConnections;

        @Option(
                names = "--terminate-on-delete",
                paramLabel = "BOOL",
                arity = "1",
                description = "true or false: deleting the route ends its open connections")
        private @Nullable Boolean terminateOnDelete;

        @Override
        protected int run(Session session) {
            Map<String, Object> target = new LinkedHashMap<>();
            put(target, "process_type", process);
            if (targetPort != null) {
                target.put("port", port(targetPort));
            }
            Map<String, Object> body = new LinkedHashMap<>();
            if (!target.isEmpty()) {
                body.put("target", target);
            }
            put(body, "proxy_protocol", proxyProtocol);
            put(body, "ipv4", ipv4);
            if (expectsProxy) {
                body.put("backend_expects_proxy_protocol", true);
            }
            if (maxConnections != null) {
                body.put("max_connections", maxConnections);
            }
            if (terminateOnDelete != null) {
                body.put("terminate_on_delete", terminateOnDelete);
            }
            if (body.isEmpty()) {
                throw usage("nothing to change: give for example --process or --target-port");
            }
            Doc route = DescribeCommand.find(session, Kind.ROUTE, id);
            Doc answer = session.change(
                    "PATCH", session.target().orgPath() + "/routes/" + route.str("id"), body, "changing route " + id);
            new Receipt(
                            "updated route " + id,
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of(new Receipt.Next("describe", "vt routes describe " + route.str("id"))))
                    .print(session);
            return 0;
        }

        private static void put(Map<String, Object> into, String name, @Nullable String value) {
            if (value != null) {
                into.put(name, value);
            }
        }
    }
}
