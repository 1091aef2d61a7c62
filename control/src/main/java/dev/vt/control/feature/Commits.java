package dev.vt.control.feature;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Appends drafts: unknown outcomes are asked again, rejections become problems. Thread-safe. */
final class Commits {
    /** S9: a lost race is read and decided again this often. */
    static final int MAX_RETRIES = 3;

    private static final Duration UNKNOWN_LIMIT = Duration.ofSeconds(10);

    /** What became of one attempt. */
    sealed interface Outcome {
        record Committed(long first, long last) implements Outcome {}

        /** Read again and decide again. */
        record LostRace(String kind) implements Outcome {}

        record Refused(Problem problem) implements Outcome {}
    }

    private final EventLog log;
    private final Clock clock;
    private final IdSource ids;

    Commits(EventLog log, Clock clock, IdSource ids) {
        this.log = log;
        this.clock = clock;
        this.ids = ids;
    }

    Draft draft(Actor actor) {
        return new Draft(ids.next("bat"), actor, clock.instant().truncatedTo(ChronoUnit.MICROS), ids);
    }

    Outcome commit(Draft draft, String requestId, @Nullable String idempotencyKey) {
        List<Precondition> preconditions =
                draft.required().stream().map(Draft.Required::precondition).toList();
        Batch batch = new Batch(
                draft.batchId(),
                draft.now(),
                draft.actor(),
                requestId,
                idempotencyKey,
                preconditions,
                draft.events(),
                draft.sideOperations());
        return switch (append(batch)) {
            case AppendResult.Applied(long first, long last) -> new Outcome.Committed(first, last);
            case AppendResult.Rejected rejected -> rejected(draft, rejected);
            case AppendResult.Unknown(String reason) ->
                new Outcome.Refused(Problem.of(ErrorCode.COMMIT_UNKNOWN, "no answer about the commit: " + reason)
                        .withHint("retry with the same Idempotency-Key to learn the outcome"));
        };
    }

    /** The last event of a committed batch: appending its id again answers as the first time (S7). */
    long lastEventOf(String batchId, Actor actor, String requestId) {
        Batch again = new Batch(batchId, clock.instant(), actor, requestId, null, List.of(), List.of(), List.of());
        return switch (append(again)) {
            case AppendResult.Applied(long first, long last) -> last;
            case AppendResult.Rejected rejected ->
                throw new IllegalStateException("a committed batch is rejected: " + batchId);
            case AppendResult.Unknown(String reason) ->
                throw new ProblemException(
                        Problem.of(ErrorCode.COMMIT_UNKNOWN, "no answer about the commit: " + reason));
        };
    }

    /** S7: the same batch again tells what became of it; at most 10 s in all (A11), less if the clock is set meanwhile. */
    private AppendResult append(Batch batch) {
        Instant began = clock.instant();
        AppendResult result = log.append(batch);
        while (result instanceof AppendResult.Unknown && withinLimit(began)) {
            try {
                Thread.sleep(Duration.ofMillis(100));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return result;
            }
            result = log.append(batch);
        }
        return result;
    }

    private boolean withinLimit(Instant began) {
        Instant now = clock.instant();
        return !now.isBefore(began) && now.isBefore(began.plus(UNKNOWN_LIMIT));
    }

    private static Outcome rejected(Draft draft, AppendResult.Rejected rejected) {
        if (draft.required().get(rejected.index()).race()) {
            return new Outcome.LostRace(rejected.kind());
        }
        Problem special = draft.required().get(rejected.index()).otherwise();
        if (special != null) {
            return new Outcome.Refused(special);
        }
        Map<String, Object> facts = new LinkedHashMap<>(rejected.facts());
        return switch (rejected.kind()) {
            case "seq", "row", "side" -> new Outcome.LostRace(rejected.kind());
            case "alive" -> refused(ErrorCode.NOT_FOUND, "it was deleted meanwhile", facts);
            case "no_children" -> refused(ErrorCode.HAS_CHILDREN, "something below it still exists", facts);
            case "claim" -> refused(ErrorCode.NAME_TAKEN, "the name is taken", facts);
            case "quota" -> refused(ErrorCode.QUOTA_EXCEEDED, "the quota would be exceeded", facts);
            case "capacity" -> refused(ErrorCode.NODE_NOT_ELIGIBLE, "the node has no room left", facts);
            case "fence" -> refused(ErrorCode.NO_LEADER, "this server does not lead any more", facts);
            default -> throw new IllegalStateException("unknown rejection " + rejected.kind());
        };
    }

    private static Outcome refused(ErrorCode code, String detail, Map<String, Object> facts) {
        return new Outcome.Refused(Problem.of(code, detail).withDetails(facts));
    }

    static Problem concurrentUpdate() {
        return Problem.of(ErrorCode.CONCURRENT_UPDATE, "somebody else changed it at the same time, several times");
    }
}
