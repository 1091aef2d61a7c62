package dev.vt.cli.resource;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Confirm;
import dev.vt.cli.output.Receipt;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vt <kind>s delete}; asks for the name unless {@code --yes}. */
@Command(name = "delete", description = "delete one")
@SuppressWarnings("NullAway.Init")
public final class DeleteCommand extends VtCommand {
    private final Kind kind;

    @Parameters(paramLabel = "ID", description = "name or id")
    private String id;

    public DeleteCommand(Kind kind) {
        this.kind = kind;
    }

    @Override
    protected int run(Session session) {
        Doc item = DescribeCommand.find(session, kind, id);
        String name = item.str("name").isEmpty() ? id : item.str("name");
        Confirm.typing(session, name, "delete " + kind.words() + " " + name);
        String path = kind.itemBase().apply(session.target()) + "/" + item.str("id");
        Doc answer = session.change("DELETE", path, null, "deleting " + kind.words() + " " + name);
        new Receipt(
                        "deleted " + kind.words() + " " + name,
                        session.target().label(),
                        answer,
                        session.idempotencyKey(),
                        List.of(new Receipt.Next("list", "vt " + kind.plural() + " list")))
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
        return 0;
    }
}
