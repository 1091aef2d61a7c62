package dev.vt.cli.resource;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Table;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code vt <kind>s list}: sorted by id, instances by process first (C7). */
@Command(name = "list", description = "list them")
public final class ListCommand extends VtCommand {
    private final Kind kind;

    public ListCommand(Kind kind) {
        this.kind = kind;
    }

    @Override
    protected int run(Session session) {
        List<Doc> items =
                session.api().list(kind.collection().apply(session.target()), "listing " + kind.plural()).stream()
                        .sorted(Comparator.comparing(
                                        (Doc item) -> kind.equals(Kind.INSTANCE) ? item.str("process_type") : "")
                                .thenComparing(item -> item.str("id")))
                        .toList();
        session.printList(kind.singular(), items, () -> {
            Table table =
                    new Table(kind.columns().stream().map(Kind.Column::heading).toList());
            items.forEach(item -> table.row(kind.columns().stream()
                    .map(column -> column.cell().apply(item))
                    .toList()));
            table.print(
                    session.out(),
                    session.shell().terminals().out()
                            ? session.shell().terminals().width()
                            : 0);
        });
        return 0;
    }
}
