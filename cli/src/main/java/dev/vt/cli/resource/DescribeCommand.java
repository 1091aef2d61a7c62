package dev.vt.cli.resource;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.Target;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import dev.vt.cli.output.Table;
import dev.vt.cli.output.Text;
import dev.vt.cli.work.EventLine;
import dev.vt.cli.work.EventPages;
import dev.vt.manifest.Hostnames;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt <kind>s describe} and {@code vt describe <kind>}: specification, actual state, conditions, timeline. */
@Command(name = "describe", description = "show everything about one")
@SuppressWarnings("NullAway.Init")
public final class DescribeCommand extends VtCommand {
    private final Kind kind;

    @Parameters(paramLabel = "ID", description = "name or id")
    private String id;

    @Option(
            names = "--events",
            paramLabel = "N",
            description = "how many events the timeline shows, default 10",
            defaultValue = "10")
    private int events;

    public DescribeCommand(Kind kind) {
        this.kind = kind;
    }

    @Override
    protected int run(Session session) {
        return describe(session, kind, id, events);
    }

    public static int describe(Session session, Kind kind, String nameOrId, int events) {
        Doc item = find(session, kind, nameOrId);
        if (session.globals().isJson()) {
            session.print("vt." + kind.schemaName() + "/v1", "item", item);
            return 0;
        }
        if (session.globals().isIds()) {
            session.out().println(item.str("id"));
            return 0;
        }
        PrintStream out = session.out();
        out.println(Text.safe(kind.words() + " " + (item.str("name").isEmpty() ? item.str("id") : item.str("name"))));
        Map<String, @Nullable Object> members = new TreeMap<>(item.members());
        members.remove("conditions");
        print(out, 2, members);
        conditions(session, item.list("conditions"));
        if (events > 0 && Target.isId(item.str("id")) && !kind.equals(Kind.ENDPOINT)) {
            List<Doc> timeline = timeline(session, kind, item.str("id"), events);
            if (!timeline.isEmpty()) {
                out.println("  timeline");
                timeline.forEach(event -> out.println("    " + EventLine.of(event)));
            }
        }
        return 0;
    }

    /** The resource by id, or by name among its siblings. */
    public static Doc find(Session session, Kind kind, String nameOrId) {
        if (Target.isId(nameOrId) && !kind.equals(Kind.ENDPOINT)) {
            return session.api()
                    .get(
                            kind.itemBase().apply(session.target()) + "/" + nameOrId,
                            "reading " + kind.words() + " " + nameOrId);
        }
        String collection = kind.collection().apply(session.target());
        var calls = kind.calls();
        if (calls == null) {
            return Target.lookUp(session.api(), kind.singular(), nameOrId, collection);
        }
        Set<String> spellings = spellings(nameOrId);
        return Target.only(
                kind.singular(),
                nameOrId,
                session.api().list(collection, "finding " + kind.words() + " " + nameOrId).stream()
                        .filter(item -> item.str("id").equals(nameOrId)
                                || calls.apply(item).stream().anyMatch(spellings::contains))
                        .toList());
    }

    /** As given and, where that is a hostname, perhaps with a port, in the form that the server keeps (ingress.md R1). */
    private static Set<String> spellings(String given) {
        Set<String> out = new HashSet<>(Set.of(given));
        int colon = given.lastIndexOf(':');
        String host = colon < 0 ? given : given.substring(0, colon);
        String port = colon < 0 ? "" : given.substring(colon);
        Hostnames.normalize(host).ifPresent(name -> out.add(name + port));
        return out;
    }

    private static void conditions(Session session, List<Doc> conditions) {
        if (conditions.isEmpty()) {
            return;
        }
        session.out().println("  conditions");
        Table table = new Table("TYPE", "STATUS", "REASON", "DETAIL", "SINCE");
        conditions.forEach(condition -> table.row(
                condition.str("type"),
                condition.str("status"),
                condition.str("reason_code"),
                condition.str("detail"),
                Text.time(condition.str("since"))));
        table.print(session.out(), "    ", session.width());
    }

    private static List<Doc> timeline(Session session, Kind kind, String id, int limit) {
        boolean tenant = kind.itemBase().apply(session.target()).startsWith("/v1/orgs/");
        String base = tenant ? session.target().orgPath() : "/v1/cluster";
        return EventPages.newest(session, base + "/events", EventPages.ofAggregate(id), limit);
    }

    private static boolean isTime(String name) {
        return name.endsWith("_at") || name.endsWith("_until") || name.equals("since");
    }

    private static void print(PrintStream out, int indent, Map<String, @Nullable Object> members) {
        String margin = " ".repeat(indent);
        members.forEach((name, value) -> {
            switch (value) {
                case null -> out.println(margin + name + ": -");
                case Map<?, ?> empty when empty.isEmpty() -> out.println(margin + name + ": -");
                case Map<?, ?> nested -> {
                    out.println(margin + name + ":");
                    print(out, indent + 2, new TreeMap<>(new Doc(nested).members()));
                }
                case List<?> list when list.isEmpty() -> out.println(margin + name + ": -");
                case List<?> list
                when list.stream().anyMatch(Map.class::isInstance) -> {
                    out.println(margin + name + ":");
                    list.forEach(item -> out.println(margin + "  - " + Text.safe(JsonWriter.line(item))));
                }
                case List<?> list ->
                    out.println(margin + name + ": "
                            + Text.safe(String.join(
                                    ", ", list.stream().map(String::valueOf).toList())));
                case String text ->
                    out.println(margin + name + ": " + (isTime(name) ? Text.time(text) : Text.safe(text)));
                default -> out.println(margin + name + ": " + Text.safe(String.valueOf(value)));
            }
        });
    }
}
