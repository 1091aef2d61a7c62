package dev.vt.cli.cluster;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Confirm;
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

/** {@code drain}, {@code activate}, {@code disable}, {@code revoke} of a node or an edge, {@code fence} of a node. */
@Command(description = "change the state of a node or an edge")
@SuppressWarnings("NullAway.Init")
public final class MemberAction extends VtCommand {
    private final Kind kind;
    private final String action;

    @Parameters(paramLabel = "ID", description = "name or id")
    private String id;

    @Option(names = "--reason", paramLabel = "TEXT", description = "why; kept in the event")
    private @Nullable String reason;

    @Option(names = "--force", description = "also stop what cannot move")
    private boolean force;

    /** For {@code --help}. */
    public String about() {
        return switch (action) {
            case "drain" -> "let " + one() + " finish what it does and take nothing new";
            case "activate" -> "let " + one() + " take work";
            case "disable" -> "take " + one() + " out of service at once";
            case "fence" -> "confirm that an offline node runs nothing, so that its work may start elsewhere";
            default -> "end the membership of " + one() + " for good: its certificate is refused";
        };
    }

    public MemberAction(Kind kind, String action) {
        this.kind = kind;
        this.action = action;
    }

    @Override
    protected int run(Session session) {
        Doc item = DescribeCommand.find(session, kind, id);
        String name = item.str("name");
        if (List.of("revoke", "disable", "fence").contains(action)) {
            Confirm.typing(session, name, action + " " + kind.singular() + " " + name);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        if (reason != null) {
            body.put("reason", reason);
        }
        if (force) {
            body.put("force", true);
        }
        Doc answer = session.change(
                "POST",
                kind.itemBase().apply(session.target()) + "/" + item.str("id") + "/" + action,
                body,
                action + " of " + kind.singular() + " " + name);
        new Receipt(
                        past() + " " + kind.singular() + " " + name,
                        "",
                        answer,
                        session.idempotencyKey(),
                        List.of(new Receipt.Next("describe", "vt " + kind.plural() + " describe " + name)))
                .print(session);
        return 0;
    }

    private String one() {
        return kind.equals(Kind.EDGE) ? "an edge" : "a node";
    }

    private String past() {
        return switch (action) {
            case "drain" -> "started to drain";
            case "fence" -> "fenced";
            case "activate" -> "activated";
            case "disable" -> "disabled";
            default -> "revoked";
        };
    }
}
