package dev.vt.control.event;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.eventlog.EventReader;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** HTTP: pages and streams of events. */
final class EventHandlers {
    private static final Set<String> FILTERS =
            Set.of("type", "project_id", "app_id", "env_id", "aggregate_type", "aggregate_id", "after_event_id");
    private static final int DEFAULT_LIMIT = 100;
    /** S28. */
    private static final Duration AHEAD_WAIT = Duration.ofSeconds(10);

    private final EventReader events;
    private final Supplier<ClusterConfig.Limits> limits;
    private final StreamSlots slots;
    private final Set<EventTail> tails = ConcurrentHashMap.newKeySet();

    EventHandlers(EventReader events, Supplier<ClusterConfig.Limits> limits) {
        this.events = events;
        this.limits = limits;
        this.slots = new StreamSlots(() -> limits.get().eventStreamsPerOrg());
    }

    List<Endpoint> endpoints() {
        Set<String> pageParameters = new TreeSet<>(FILTERS);
        pageParameters.add("limit");
        Access org = Access.org("events:read");
        Access cluster = Access.operator("cluster:read");
        return List.of(
                Endpoint.get("events.list", "/v1/orgs/{org_id}/events", org, call -> page(call, orgOf(call)))
                        .withParameters(pageParameters),
                Endpoint.get("events.stream", "/v1/orgs/{org_id}/events/stream", org, call -> stream(call, orgOf(call)))
                        .withParameters(FILTERS),
                Endpoint.get("cluster.events.list", "/v1/cluster/events", cluster, call -> page(call, null))
                        .withParameters(pageParameters),
                Endpoint.get("cluster.events.stream", "/v1/cluster/events/stream", cluster, call -> stream(call, null))
                        .withParameters(FILTERS));
    }

    private static String orgOf(Call call) {
        return call.org().orgId();
    }

    private Reply page(Call call, @Nullable String orgId) {
        int limit = (int) call.number("limit", DEFAULT_LIMIT, 1, limits.get().eventPageItems());
        long after = call.number("after_event_id", 0, 0, Long.MAX_VALUE);
        waitForCursor(after);
        EventReader.Page page = events.read(after, limit, filter(call, orgId));
        ObjectNode body = Json.object();
        ArrayNode items = body.putArray("items");
        page.events().forEach(event -> items.add(EventJson.write(event)));
        body.put("next_after_event_id", Math.max(after, page.scannedTo()));
        return Reply.ok(body);
    }

    private Reply stream(Call call, @Nullable String orgId) {
        long after = startOf(call);
        waitForCursor(after);
        EventFilter filter = filter(call, orgId);
        StreamSlots.Slot slot = slots.take(orgId == null ? "cluster" : orgId);
        EventTail tail = new EventTail(events, filter, after);
        tails.add(tail);
        return new Reply.Stream(tail::run, () -> {
            tails.remove(tail);
            slot.close();
        });
    }

    int openStreams() {
        return tails.size();
    }

    long slowestLag() {
        long head = events.head();
        return tails.stream()
                .mapToLong(tail -> Math.max(0, head - tail.cursor()))
                .max()
                .orElse(0);
    }

    /** After {@code Last-Event-ID}, else {@code after_event_id}, else what happens from now on. */
    private long startOf(Call call) {
        Optional<String> resumed = call.header("last-event-id");
        if (resumed.isPresent()) {
            try {
                return Math.max(0, Long.parseLong(resumed.get().trim()));
            } catch (NumberFormatException e) {
                throw new ProblemException(Problem.of(ErrorCode.CURSOR_INVALID, "Last-Event-ID is not an event id"));
            }
        }
        return call.number("after_event_id", events.head(), 0, Long.MAX_VALUE);
    }

    private void waitForCursor(long after) {
        try {
            if (after > events.head() && events.awaitBeyond(after - 1, AHEAD_WAIT) < after) {
                throw new ProblemException(
                        Problem.of(ErrorCode.CURSOR_AHEAD, "this server has not reached event " + after));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(Problem.of(ErrorCode.UNAVAILABLE, "the server is stopping"));
        }
    }

    private static EventFilter filter(Call call, @Nullable String orgId) {
        Optional<String> type = call.parameter("aggregate_type");
        Optional<String> id = call.parameter("aggregate_id");
        new Checks()
                .that(type.isPresent() == id.isPresent(), "aggregate_id", "goes with aggregate_type")
                .done();
        return new EventFilter(
                orgId,
                call.parameter("project_id").orElse(null),
                call.parameter("app_id").orElse(null),
                call.parameter("env_id").orElse(null),
                type.isPresent() && id.isPresent() ? new AggregateKey(type.get(), id.get()) : null,
                call.parameter("type").orElse(null));
    }
}
