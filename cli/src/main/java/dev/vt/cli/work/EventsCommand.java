package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt events query} and {@code events tail}: why the environment does, or does not, converge. */
@Command(description = "events of an environment or org")
@SuppressWarnings("NullAway.Init")
public final class EventsCommand extends VtCommand {
    private final boolean tail;

    @Option(names = "--type", paramLabel = "PREFIX", description = "for example instance. or deploy.created")
    private @Nullable String type;

    @Option(names = "--resource", paramLabel = "ID")
    private @Nullable String resource;

    @Option(names = "--after", paramLabel = "EVENT", description = "event id to start after")
    private @Nullable Long after;

    @Option(names = "--limit", paramLabel = "N", description = "newest events, default 100", defaultValue = "100")
    private int limit;

    public EventsCommand(boolean tail) {
        this.tail = tail;
    }

    @Override
    protected int run(Session session) {
        List<String> query = new ArrayList<>();
        if (session.target().has("env") && session.target().has("app")) {
            query.addAll(List.of("env_id", session.target().env().str("id")));
        }
        if (type != null) {
            query.addAll(List.of("type", type));
        }
        if (resource != null) {
            query.addAll(EventPages.ofAggregate(resource));
        }
        String base = session.target().orgPath() + "/events";
        return tail ? follow(session, base, query) : list(session, base, query);
    }

    private int list(Session session, String base, List<String> query) {
        Long from = after;
        List<Doc> items = from == null
                ? EventPages.newest(session, base, query, limit)
                : EventPages.page(session, base, query, from, Math.min(1000, limit))
                        .list("items");
        session.printList(
                "event", items, () -> items.forEach(event -> session.out().println(EventLine.of(event))));
        return 0;
    }

    private int follow(Session session, String base, List<String> query) {
        long[] cursor = {after == null ? 0 : after};
        while (!Thread.currentThread().isInterrupted() && !session.out().checkError()) {
            List<String> parameters = new ArrayList<>(query);
            if (cursor[0] > 0) {
                parameters.addAll(List.of("after_event_id", Long.toString(cursor[0])));
            }
            try {
                session.api().stream(
                        ApiClient.path(base + "/stream", parameters.toArray(String[]::new)),
                        "following events",
                        line -> {
                            if ("event".equals(line.str("type"))) {
                                Doc event = line.get("event").isNull() ? line : line.get("event");
                                cursor[0] = Math.max(cursor[0], event.number("event_id"));
                                session.out()
                                        .println(
                                                session.globals().isJson()
                                                        ? JsonWriter.line(line)
                                                        : EventLine.of(event));
                            }
                            return !session.out().checkError();
                        });
            } catch (IOException lost) {
                session.err().println("-- connection lost, going on");
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
        return 0;
    }
}
