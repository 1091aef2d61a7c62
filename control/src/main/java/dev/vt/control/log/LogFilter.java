package dev.vt.control.log;

import dev.vt.api.node.LogQuery;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.plane.InstanceDirectory;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a reader wants to see (exec-and-logs.md §8). */
record LogFilter(
        @Nullable String processType,
        @Nullable String instanceId,
        @Nullable String releaseId,
        @Nullable String stream,
        @Nullable String since,
        @Nullable String until,
        int tailLines,
        @Nullable String contains) {

    static final Set<String> PARAMETERS = Set.of(
            "process_type",
            "instance_id",
            "release_id",
            "stream",
            "since",
            "until",
            "tail_lines",
            "contains",
            "limit",
            "cursor");
    private static final Set<String> STREAMS = Set.of("stdout", "stderr", "system");
    private static final int DEFAULT_TAIL = 200;
    private static final int MAX_TAIL = 10_000;

    static LogFilter of(Call call) {
        Checks checks = new Checks();
        String stream = call.parameter("stream").orElse(null);
        if (stream != null) {
            checks.oneOf("stream", stream, STREAMS);
        }
        checks.done();
        return new LogFilter(
                call.parameter("process_type").orElse(null),
                call.parameter("instance_id").orElse(null),
                call.parameter("release_id").orElse(null),
                stream,
                time(call, "since"),
                time(call, "until"),
                (int) call.number("tail_lines", DEFAULT_TAIL, 1, MAX_TAIL),
                call.parameter("contains").orElse(null));
    }

    private static @Nullable String time(Call call, String name) {
        String text = call.parameter(name).orElse(null);
        if (text != null) {
            try {
                return Instant.parse(text).toString();
            } catch (DateTimeException e) {
                new Checks().error(name, "invalid", "must be an RFC 3339 time").done();
            }
        }
        return text;
    }

    boolean wants(InstanceDirectory.Entry instance) {
        return (processType == null || processType.equals(instance.processType()))
                && (instanceId == null || instanceId.equals(instance.instanceId()))
                && (releaseId == null || releaseId.equals(instance.releaseId()));
    }

    /** All that decides which records are seen; not how many at a time. */
    String identity(String envId) {
        return String.join(
                "\n",
                envId,
                String.valueOf(processType),
                String.valueOf(instanceId),
                String.valueOf(releaseId),
                String.valueOf(stream),
                String.valueOf(since),
                String.valueOf(until),
                String.valueOf(contains));
    }

    LogQuery query(List<String> instances, Map<String, String> after, boolean follow) {
        return new LogQuery(
                instances,
                stream,
                since,
                until,
                after.isEmpty() && since == null ? tailLines : null,
                contains,
                after,
                follow);
    }
}
