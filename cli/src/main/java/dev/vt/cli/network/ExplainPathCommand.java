package dev.vt.cli.network;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vt explain-path}: which rule decides about a connection. */
@Command(name = "explain-path", description = "say which rule lets a connection pass, or drops it")
@SuppressWarnings("NullAway.Init")
public final class ExplainPathCommand extends VtCommand {
    @Parameters(index = "0", paramLabel = "FROM", description = "an instance, or edge")
    private String from;

    @Parameters(index = "1", paramLabel = "TO", description = "an instance, or an IPv6 address")
    private String to;

    @Parameters(index = "2", paramLabel = "PORT", description = "a TCP port")
    private int port;

    @Override
    protected int run(Session session) {
        Doc path = session.api()
                .get(
                        ApiClient.path(
                                session.target().orgPath() + "/explain-path",
                                "from",
                                from,
                                "to",
                                to,
                                "port",
                                Integer.toString(port)),
                        "explaining a path");
        if (session.globals().isJson()) {
            session.print("vt.path/v1", "item", path);
        } else {
            session.out()
                    .println((path.flag("allowed") ? "allowed" : "dropped") + " by " + path.str("rule") + ": "
                            + path.str("meaning"));
        }
        return 0;
    }
}
