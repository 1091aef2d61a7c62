package dev.vt.agent.instance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One boot of an instance: a VM and what came with it.
 *
 * @param bootId new for each
 * @param number 1 for the instance's first on this node
 * @param hostBootId of the host, to tell a crash of the VMM from a reboot of the machine (RT11)
 * @param beganMs when the agent began it, in milliseconds since 1970: the zero of all marks
 * @param startedMs when the guest said that the workload runs
 * @param readyMs since when it is ready without a break
 * @param stopMs when the stop signal was, or is to be, sent
 * @param restart whether the stop under way is the node's own, to be followed by another boot
 * @param outcome how the workload ended, known before its VM is gone
 * @param marks milliseconds since {@code beganMs}, by name (runtime.md §14)
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Boot(
        String bootId,
        int number,
        String hostBootId,
        long beganMs,
        @Nullable Long startedMs,
        @Nullable Long readyMs,
        @Nullable Long stopMs,
        boolean restart,
        @Nullable SavedOutcome outcome,
        Map<String, Long> marks) {
    Boot {
        marks = Map.copyOf(marks);
    }

    /** An {@link Outcome} in the object file. */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record SavedOutcome(
            @Nullable Integer code,
            @Nullable Integer signal,
            boolean oom,
            @Nullable String reason,
            String detail) {
        static SavedOutcome of(Outcome outcome) {
            return switch (outcome) {
                case Outcome.Exited e -> new SavedOutcome(e.code(), e.signal(), e.oom(), null, e.failedExec());
                case Outcome.PlatformFailure f -> new SavedOutcome(null, null, false, f.reason(), f.detail());
            };
        }

        Outcome toOutcome() {
            return reason != null
                    ? new Outcome.PlatformFailure(reason, detail)
                    : new Outcome.Exited(code == null ? 255 : code, signal, oom, detail);
        }
    }

    static Boot begun(String bootId, int number, String hostBootId, long nowMs) {
        return new Boot(bootId, number, hostBootId, nowMs, null, null, null, false, null, Map.of("plan", 0L));
    }

    /** The first mark of a name wins. */
    Boot marked(String name, long nowMs) {
        if (marks.containsKey(name)) {
            return this;
        }
        Map<String, Long> more = new TreeMap<>(marks);
        more.put(name, Math.max(0, nowMs - beganMs));
        return new Boot(bootId, number, hostBootId, beganMs, startedMs, readyMs, stopMs, restart, outcome, more);
    }

    Boot withMarks(Map<String, Long> added) {
        Map<String, Long> more = new TreeMap<>(marks);
        more.putAll(added);
        return new Boot(bootId, number, hostBootId, beganMs, startedMs, readyMs, stopMs, restart, outcome, more);
    }

    Boot started(long nowMs) {
        return new Boot(bootId, number, hostBootId, beganMs, nowMs, readyMs, stopMs, restart, outcome, marks);
    }

    Boot ready(@Nullable Long sinceMs) {
        return new Boot(bootId, number, hostBootId, beganMs, startedMs, sinceMs, stopMs, restart, outcome, marks);
    }

    Boot stopping(long atMs, boolean thenRestart) {
        return new Boot(bootId, number, hostBootId, beganMs, startedMs, readyMs, atMs, thenRestart, outcome, marks);
    }

    Boot withOutcome(Outcome known) {
        return new Boot(
                bootId,
                number,
                hostBootId,
                beganMs,
                startedMs,
                readyMs,
                stopMs,
                restart,
                SavedOutcome.of(known),
                marks);
    }
}
