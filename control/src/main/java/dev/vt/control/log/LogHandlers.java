package dev.vt.control.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.http.StreamSink;
import dev.vt.control.plane.InstanceDirectory;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/** HTTP: the newest lines, history by cursor, and following. */
final class LogHandlers {
    private static final String PATH = "/v1/orgs/{org_id}/envs/{env_id}/logs";
    private static final Duration NODE_LIMIT = Duration.ofSeconds(5);
    private static final Duration MERGE_WINDOW = Duration.ofMillis(500);
    private static final Duration JOIN_PERIOD = Duration.ofSeconds(2);
    private static final Duration HEAD_PERIOD = Duration.ofSeconds(10);
    private static final int MAX_LIMIT = 10_000;
    /** Records held for the merge window; beyond it nodes wait. */
    private static final int MAX_HELD = 4096;

    private final InstanceDirectory instances;
    private final LogQueries queries;
    private final BiPredicate<String, String> envExists;
    private final BiConsumer<Call, String> readAudit;
    private final Clock clock;

    /**
     * @param envExists (org id, env id)
     * @param readAudit told before logs of an env are read; refuses by exception
     */
    LogHandlers(
            InstanceDirectory instances,
            LogQueries queries,
            BiPredicate<String, String> envExists,
            BiConsumer<Call, String> readAudit,
            Clock clock) {
        this.instances = instances;
        this.queries = queries;
        this.envExists = envExists;
        this.readAudit = readAudit;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("logs:read");
        return List.of(
                Endpoint.get("logs.list", PATH, read, this::list).withParameters(LogFilter.PARAMETERS),
                Endpoint.get("logs.stream", PATH + "/stream", read, this::stream)
                        .withParameters(LogFilter.PARAMETERS));
    }

    private Reply list(Call call) {
        String envId = env(call);
        LogFilter filter = LogFilter.of(call);
        LogCursor cursor = cursor(call, filter, envId);
        readAudit.accept(call, envId);
        int limit = (int) call.number("limit", filter.tailLines(), 1, MAX_LIMIT);
        List<ObjectNode> records = new ArrayList<>();
        List<ObjectNode> partial = new ArrayList<>();
        boolean newest = cursor.isStart() && filter.since() == null;
        byNode(call.org().orgId(), envId, filter).forEach((nodeId, ids) -> {
            NodeLog node = queries.open(nodeId, filter.query(ids, cursor.after(), false))
                    .orElse(null);
            // A node sends in the order of time, so no later record of it can be on this page.
            int enough = newest ? Integer.MAX_VALUE : limit + 1;
            if (node == null || !readHistory(node, records, enough)) {
                partial.add(partial(nodeId));
            }
            if (node != null) {
                queries.forget(node);
            }
        });
        records.sort(Comparator.comparing(record -> record.path("ts").asText()));
        List<ObjectNode> page = records.size() <= limit
                ? records
                : newest ? records.subList(records.size() - limit, records.size()) : records.subList(0, limit);
        page.forEach(cursor::passed);
        List<ObjectNode> items = new ArrayList<>(page);
        items.addAll(partial);
        return Reply.page(items, records.size() > limit && !newest ? cursor.text() : null);
    }

    /** Reads until the node says it is done, or there are enough; false if it fell silent. */
    private static boolean readHistory(NodeLog node, List<ObjectNode> into, int enough) {
        try {
            int wanted = into.size() > Integer.MAX_VALUE - enough ? Integer.MAX_VALUE : into.size() + enough;
            while (into.size() < wanted) {
                switch (node.next(NODE_LIMIT)) {
                    case null -> {
                        return false;
                    }
                    case NodeLog.Item.Line(ObjectNode record) -> into.add(record);
                    case NodeLog.Item.Head head -> {
                        return true;
                    }
                    case NodeLog.Item.End end -> {
                        return true;
                    }
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Reply stream(Call call) {
        String envId = env(call);
        LogFilter filter = LogFilter.of(call);
        LogCursor cursor = cursor(call, filter, envId);
        if (!queries.hasRoom()) {
            throw new ProblemException(
                    Problem.of(ErrorCode.TOO_MANY_STREAMS, "this server follows logs for too many already"));
        }
        readAudit.accept(call, envId);
        String orgId = call.org().orgId();
        return Reply.stream(sink -> {
            try (Following following = new Following(orgId, envId, filter, cursor)) {
                following.run(sink);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private String env(Call call) {
        String envId = call.pathParameter("env_id");
        if (!envExists.test(call.org().orgId(), envId)) {
            throw Refusals.notFound();
        }
        return envId;
    }

    private static LogCursor cursor(Call call, LogFilter filter, String envId) {
        return call.parameter("cursor")
                .or(() -> call.header("last-event-id"))
                .map(text -> LogCursor.parse(text, filter.identity(envId)))
                .orElseGet(() -> LogCursor.start(filter.identity(envId)));
    }

    private Map<String, List<String>> byNode(String orgId, String envId, LogFilter filter) {
        Map<String, List<String>> nodes = new LinkedHashMap<>();
        for (InstanceDirectory.Entry instance : instances.inEnv(orgId, envId)) {
            if (filter.wants(instance)) {
                nodes.computeIfAbsent(instance.nodeId(), id -> new ArrayList<>())
                        .add(instance.instanceId());
            }
        }
        return nodes;
    }

    private static ObjectNode partial(String nodeId) {
        return Json.object().put("type", "partial").put("node_id", nodeId);
    }

    /**
     * One follower: reads its nodes in turn, holds records for the merge window, and joins new instances (LG8, LG10). Used by the
     * connection's thread.
     */
    private final class Following implements AutoCloseable {
        private record Held(ObjectNode record, Instant arrived) {}

        private final String orgId;
        private final String envId;
        private final LogFilter filter;
        /** What the client has seen. */
        private final LogCursor cursor;
        /** What was read of nodes; ahead of {@link #cursor} by what is held. */
        private final LogCursor taken;
        /** Each open query and the instances it covers. */
        private final Map<NodeLog, List<String>> nodes = new LinkedHashMap<>();

        private final Set<String> covered = new HashSet<>();
        private final Set<String> silent = new HashSet<>();
        private final List<Held> held = new ArrayList<>();
        private Instant nextJoin = Instant.MIN;
        private Instant nextHead;

        Following(String orgId, String envId, LogFilter filter, LogCursor cursor) {
            this.orgId = orgId;
            this.envId = envId;
            this.filter = filter;
            this.cursor = cursor;
            this.taken = cursor.copy();
            this.nextHead = clock.instant().plus(HEAD_PERIOD);
        }

        void run(StreamSink sink) throws InterruptedException {
            while (!sink.ended()) {
                Instant now = clock.instant();
                if (!now.isBefore(nextJoin)) {
                    join(sink);
                    nextJoin = now.plus(JOIN_PERIOD);
                }
                boolean any = false;
                for (NodeLog node : List.copyOf(nodes.keySet())) {
                    any |= held.size() < MAX_HELD && take(node, Duration.ZERO);
                }
                if (!any) {
                    waitForOne();
                }
                release(sink);
                if (!clock.instant().isBefore(nextHead)) {
                    sink.send("head", cursor.text(), Json.object());
                    nextHead = clock.instant().plus(HEAD_PERIOD);
                }
            }
        }

        private void waitForOne() throws InterruptedException {
            Duration pause = Duration.ofMillis(100);
            if (nodes.isEmpty() || held.size() >= MAX_HELD) {
                Thread.sleep(pause);
            } else {
                take(nodes.keySet().iterator().next(), pause);
            }
        }

        private boolean take(NodeLog node, Duration limit) throws InterruptedException {
            return switch (node.next(limit)) {
                case null -> false;
                case NodeLog.Item.Line(ObjectNode record) -> {
                    held.add(new Held(record, clock.instant()));
                    taken.passed(record);
                    yield true;
                }
                case NodeLog.Item.Head head -> true;
                case NodeLog.Item.End end -> {
                    // Its instances are asked for again at the next join, after what was read of them.
                    covered.removeAll(nodes.remove(node));
                    queries.forget(node);
                    yield true;
                }
            };
        }

        private void release(StreamSink sink) {
            Instant ripe = clock.instant().minus(MERGE_WINDOW);
            List<ObjectNode> ready = new ArrayList<>();
            held.removeIf(item -> {
                boolean out = item.arrived().isBefore(ripe);
                if (out) {
                    ready.add(item.record());
                }
                return out;
            });
            ready.sort(Comparator.comparing(record -> record.path("ts").asText()));
            for (ObjectNode record : ready) {
                cursor.passed(record);
                sink.send(record.path("type").asText("log"), cursor.text(), record);
            }
        }

        private void join(StreamSink sink) {
            Map<String, List<String>> wanted = byNode(orgId, envId, filter);
            wanted.forEach((nodeId, ids) -> {
                List<String> fresh =
                        ids.stream().filter(id -> !covered.contains(id)).toList();
                if (fresh.isEmpty()) {
                    return;
                }
                NodeLog node = queries.open(nodeId, filter.query(fresh, taken.after(), true))
                        .orElse(null);
                if (node == null) {
                    if (silent.add(nodeId)) {
                        sink.send("partial", cursor.text(), partial(nodeId));
                    }
                } else {
                    silent.remove(nodeId);
                    nodes.put(node, fresh);
                    covered.addAll(fresh);
                }
            });
        }

        @Override
        public void close() {
            nodes.keySet().forEach(queries::forget);
        }
    }
}
