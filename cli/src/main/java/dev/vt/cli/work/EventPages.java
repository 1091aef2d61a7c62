package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads events by cursor; the server gives them oldest first (S26). */
public final class EventPages {
    private static final int PAGE = 1000;
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("org", "org"),
            Map.entry("prj", "project"),
            Map.entry("app", "app"),
            Map.entry("env", "env"),
            Map.entry("rel", "release"),
            Map.entry("dep", "deploy"),
            Map.entry("rt", "route"),
            Map.entry("sb", "secret_bundle"),
            Map.entry("inst", "instance"),
            Map.entry("exec", "exec_session"),
            Map.entry("node", "node"),
            Map.entry("edge", "edge"),
            Map.entry("etk", "enrollment_token"),
            Map.entry("tok", "token"),
            Map.entry("usr", "user"));

    private EventPages() {}

    /** The query parameters that select one aggregate by its id. */
    public static List<String> ofAggregate(String id) {
        String type = TYPES.get(id.substring(0, Math.max(0, id.indexOf('_'))));
        if (type == null) {
            throw new CliException(
                    CliError.usage("invalid_argument", "'" + id + "' is not an id", "give an id such as inst_…"));
        }
        return List.of("aggregate_type", type, "aggregate_id", id);
    }

    /** The newest {@code count} matching events, oldest of them first. */
    public static List<Doc> newest(Session session, String base, List<String> query, int count) {
        return some(session, base, query, null, count, "");
    }

    /**
     * @param after the first events after this one; null: the newest
     * @param since RFC 3339; only events at or after this time; empty: all
     */
    static List<Doc> some(
            Session session, String base, List<String> query, @Nullable Long after, int count, String since) {
        Deque<Doc> last = new ArrayDeque<>();
        long cursor = after == null ? 0 : after;
        while (true) {
            Doc page = page(session, base, query, cursor);
            List<Doc> items = page.list("items");
            for (Doc event : items) {
                if (since.isEmpty() || !isBefore(event.str("occurred_at"), since)) {
                    last.addLast(event);
                }
                if (last.size() > count) {
                    if (after != null) {
                        last.removeLast();
                        return new ArrayList<>(last);
                    }
                    last.removeFirst();
                }
            }
            cursor = Math.max(cursor, page.number("next_after_event_id"));
            if (items.size() < PAGE) {
                return new ArrayList<>(last);
            }
        }
    }

    private static boolean isBefore(String time, String limit) {
        try {
            return Instant.parse(time).isBefore(Instant.parse(limit));
        } catch (DateTimeParseException e) {
            throw new CliException(CliError.usage(
                    "invalid_argument",
                    "'" + limit + "' is not a time",
                    "write for example 10m or 2030-01-02T03:04:05Z"));
        }
    }

    private static Doc page(Session session, String base, List<String> query, long after) {
        List<String> parameters = new ArrayList<>(query);
        parameters.addAll(List.of("limit", Integer.toString(PAGE), "after_event_id", Long.toString(after)));
        return session.api().get(ApiClient.path(base, parameters.toArray(String[]::new)), "reading events");
    }
}
