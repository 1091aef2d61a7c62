package dev.vt.cli.resource;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Table;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt <kind>s list}: sorted by id, instances by process first (C7). */
@Command(name = "list", description = "list them")
public class ListCommand extends VtCommand {
    private final Kind kind;

    public ListCommand(Kind kind) {
        this.kind = kind;
    }

    /** The same for kinds whose items have a status. */
    @Command(name = "list", description = "list them")
    public static final class ByStatus extends ListCommand {
        @Option(
                names = "--status",
                paramLabel = "STATUS",
                description = "only those in this status; repeat for any of several")
        private List<String> statuses = List.of();

        public ByStatus(Kind kind) {
            super(kind);
        }

        @Override
        boolean wants(Doc item) {
            return statuses.isEmpty() || statuses.contains(item.str("status"));
        }
    }

    boolean wants(Doc item) {
        return true;
    }

    @Override
    protected final int run(Session session) {
        List<Doc> items =
                session.api().list(kind.collection().apply(session.target()), "listing " + kind.plural()).stream()
                        .filter(this::wants)
                        .sorted(Comparator.comparing(
                                        (Doc item) -> kind.equals(Kind.INSTANCE) ? item.str("process_type") : "")
                                .thenComparing(item -> item.str("id")))
                        .toList();
        session.printList(kind.schemaName(), items, () -> {
            Table table =
                    new Table(kind.columns().stream().map(Kind.Column::heading).toList());
            items.forEach(item -> table.row(kind.columns().stream()
                    .map(column -> column.cell().apply(item))
                    .toList()));
            table.print(session.out(), session.width());
        });
        return 0;
    }
}
