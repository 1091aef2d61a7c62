package dev.vt.cli.identity;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Table;
import dev.vt.cli.output.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt audit query}: who did what that matters, newest first. */
@Command(name = "query", description = "who did what that matters, newest first")
public final class AuditQueryCommand extends VtCommand {
    @Option(names = "--action", paramLabel = "ACTION", description = "for example member.add")
    private @Nullable String action;

    @Option(names = "--actor", paramLabel = "ID", description = "user or service principal")
    private @Nullable String actor;

    @Option(names = "--resource", paramLabel = "ID", description = "what it was done to")
    private @Nullable String resource;

    @Option(names = "--decision", paramLabel = "DECISION", description = "allow or deny")
    private @Nullable String decision;

    @Option(names = "--cluster", description = "the whole cluster (operators), not one org")
    private boolean cluster;

    @Option(names = "--limit", description = "how many, 1 to 200, default 50", defaultValue = "50")
    private int limit;

    @Override
    protected int run(Session session) {
        String base = cluster ? "/v1/audit" : session.target().orgPath() + "/audit";
        String path = ApiClient.path(
                base,
                "order",
                "desc",
                "limit",
                Integer.toString(limit),
                "action",
                text(action),
                "actor_id",
                text(actor),
                "resource",
                text(resource),
                "decision",
                text(decision));
        List<Doc> items = session.api().get(path, "reading the audit trail").list("items");
        session.printList("audit", items, () -> {
            Table table = new Table("TIME", "ACTOR", "ACTION", "RESOURCE", "DECISION", "RESULT", "NETWORK");
            items.forEach(item -> table.row(
                    Text.time(item.str("at")),
                    item.str("actor_id"),
                    item.str("action"),
                    item.str("resource"),
                    item.str("decision"),
                    item.str("result"),
                    item.str("source_net")));
            table.print(
                    session.out(),
                    session.shell().terminals().out()
                            ? session.shell().terminals().width()
                            : 0);
        });
        return 0;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
