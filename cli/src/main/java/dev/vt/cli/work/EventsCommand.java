package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt events query} and {@code events tail}: why the environment does, or does not, converge. */
@Command(description = "show what happened, and why it does or does not converge")
@SuppressWarnings("NullAway.Init")
public final class EventsCommand extends VtCommand {
    private final boolean tail;
    private final boolean cluster;

    @Option(names = "--type", paramLabel = "PREFIX", description = "type or its beginning, for example instance.")
    private @Nullable String type;

    @Option(names = "--resource", paramLabel = "ID", description = "only of this resource, for example a deploy")
    private @Nullable String resource;

    @Option(names = "--after", paramLabel = "EVENT", description = "only events after this event id")
    private @Nullable Long after;

    @Option(names = "--since", paramLabel = "TIME", description = "RFC 3339, or a duration before now such as 10m")
    private @Nullable String since;

    @Option(names = "--limit", paramLabel = "N", description = "newest events, default 100", defaultValue = "100")
    private int limit;

    /** @param tail goes on until Ctrl-C */
    public EventsCommand(boolean tail) {
        this(tail, false);
    }

    /** @param cluster the whole cluster's, for operators */
    public EventsCommand(boolean tail, boolean cluster) {
        this.tail = tail;
        this.cluster = cluster;
    }

    @Override
    protected int run(Session session) {
        List<String> query = new ArrayList<>();
        if (!cluster && session.target().hasEnv()) {
            query.addAll(List.of("env_id", session.target().env().str("id")));
        }
        if (type != null) {
            query.addAll(List.of("type", type));
        }
        if (resource != null) {
            query.addAll(EventPages.ofAggregate(resource));
        }
        String base = (cluster ? "/v1/cluster" : session.target().orgPath()) + "/events";
        return tail ? follow(session, base, query) : list(session, base, query);
    }

    private int list(Session session, String base, List<String> query) {
        String from = Times.absolute(session, since);
        List<Doc> items = EventPages.some(session, base, query, after, limit, from == null ? "" : from);
        session.printList(
                "event", items, () -> items.forEach(event -> session.out().println(EventLine.of(event))));
        return 0;
    }

    private int follow(Session session, String base, List<String> query) {
        if (after != null) {
            query.addAll(List.of("after_event_id", Long.toString(after)));
        }
        return Follow.run(
                session,
                base + "/stream",
                query,
                "after_event_id",
                List.of("after_event_id"),
                "following events",
                line -> {
                    if ("event".equals(line.str("type"))) {
                        session.out().println(session.globals().isJson() ? JsonWriter.line(line) : EventLine.of(line));
                    }
                });
    }
}
