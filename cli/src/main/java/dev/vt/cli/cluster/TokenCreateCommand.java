package dev.vt.cli.cluster;

import dev.vt.cli.core.Durations;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt tokens create}: a single-use enrollment token, printed once. */
@Command(name = "create", description = "create a token with which one machine joins; it is printed once")
@SuppressWarnings("NullAway.Init")
public final class TokenCreateCommand extends VtCommand {
    @Option(names = "--kind", required = true, paramLabel = "KIND", description = "node, edge or server")
    private String kind;

    @Option(names = "--expires", paramLabel = "DURATION", description = "default 1h, at most 24h", defaultValue = "1h")
    private String expires;

    @Option(names = "--label", paramLabel = "K=V", description = "label of the node to come; repeat for more")
    private Map<String, String> labels = Map.of();

    @Override
    protected int run(Session session) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("kind", kind);
        body.put("expires_in_seconds", Durations.parse("--expires", expires).toSeconds());
        if (!labels.isEmpty()) {
            body.put("labels", labels);
        }
        Doc answer = session.change("POST", "/v1/enrollment-tokens", body, "creating an enrollment token");
        String secret = answer.str("secret");
        if (session.globals().isIds()) {
            session.out().println(secret);
            return 0;
        }
        new Receipt("created an enrollment token for a " + kind, "", answer, session.idempotencyKey(), List.of())
                .print(session.out(), session.globals().isJson(), false);
        if (!session.globals().isJson() && !secret.isEmpty()) {
            session.out().println("      token     " + secret);
        }
        return 0;
    }
}
