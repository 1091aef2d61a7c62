package dev.vt.control.feature;

import dev.vt.control.http.Call;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs the mutations of the HTTP API: attempt, append, answer with resource and receipt (A5, A6, A8 to A11). Thread-safe;
 * runs on the caller's thread.
 *
 * <p>The idempotency record is in the batch of its events, with the precondition that it is absent: of two servers that get
 * the same request one commits and the other replays.
 */
public final class Mutations {
    private static final String IDEMPOTENCY = "idempotency";

    private final Commits commits;
    private final StateReader state;
    private final Leadership leadership;
    private final Supplier<Duration> remembered;
    private final Function<String, Optional<String>> auditedAs;

    /**
     * @param remembered how long an answer is kept for its idempotency key
     * @param auditedAs the action under which an operation must be recorded, if it must
     */
    public Mutations(
            EventLog log,
            StateReader state,
            Leadership leadership,
            Supplier<Duration> remembered,
            Clock clock,
            IdSource ids,
            Function<String, Optional<String>> auditedAs) {
        this.commits = new Commits(log, clock, ids);
        this.state = state;
        this.leadership = leadership;
        this.remembered = remembered;
        this.auditedAs = auditedAs;
    }

    /**
     * @param attempt fills the draft; may run up to four times, each time with facts read anew
     * @param reader shows the draft's resource once it is committed
     * @throws ProblemException what the attempt or the log refused
     */
    public Reply run(Call call, Consumer<Draft> attempt, ResourceReader reader) {
        return run(call, call.caller().actor(), attempt, reader);
    }

    /** For public endpoints, where the actor comes out of the request itself (bootstrap). */
    public Reply run(Call call, Actor actor, Consumer<Draft> attempt, ResourceReader reader) {
        if (leadership.epoch().isEmpty()) {
            throw new ProblemException(Problem.of(ErrorCode.NO_LEADER, "this server does not lead; ask the leader"));
        }
        Optional<IdempotencyKey> key = IdempotencyKey.of(call, actor);
        String requestHash = key.isPresent() ? IdempotencyKey.requestHash(call) : "";
        for (int tries = 0; tries <= Commits.MAX_RETRIES; tries++) {
            Optional<Reply> replay = key.flatMap(k -> replay(k, actor, requestHash, reader));
            if (replay.isPresent()) {
                return replay.get();
            }
            Draft draft = commits.draft(actor);
            attempt.accept(draft);
            checkRefused(draft, call);
            checkAudited(draft, call);
            Answer answer = Answer.of(draft, requestHash, call.endpoint().operation(), call.requestId());
            Optional<Reply> reply = append(draft, answer, call, key, reader);
            if (reply.isPresent()) {
                return reply.get();
            }
        }
        throw new ProblemException(Commits.concurrentUpdate());
    }

    private Optional<Reply> replay(IdempotencyKey key, Actor actor, String requestHash, ResourceReader reader) {
        return state.side(IDEMPOTENCY, key.record()).map(record -> {
            Answer first = Answer.parse(record.content());
            if (!first.requestHash().equals(requestHash)) {
                throw new ProblemException(
                        Problem.of(ErrorCode.IDEMPOTENCY_KEY_REUSE, "this Idempotency-Key was used for another request")
                                .withHint("use a new key"));
            }
            Long eventId = first.changed() ? commits.lastEventOf(first.batchId(), actor, first.requestId()) : null;
            return first.reply("replayed", eventId, null, reader);
        });
    }

    /** What is sensitive and not recorded in its own batch is a defect, and does not happen (api.md §7). */
    private void checkAudited(Draft draft, Call call) {
        Optional<String> action = auditedAs.apply(call.endpoint().operation());
        boolean recorded = draft.events().stream()
                .anyMatch(event -> event.type().equals("audit.recorded")
                        && event.payload().path("action").asText().equals(action.orElse("")));
        if (action.isPresent() && !draft.events().isEmpty() && !recorded) {
            throw new IllegalStateException(call.endpoint().operation() + " does not record " + action.get());
        }
    }

    private static void checkRefused(Draft draft, Call call) {
        Problem refusal = draft.refusal();
        if (refusal != null) {
            throw new ProblemException(refusal);
        }
        OptionalInt wanted = call.ifMatch();
        Integer version = draft.targetVersion();
        // A9: a target state that already holds is answered even with a stale If-Match.
        boolean stale = wanted.isPresent() && version != null && wanted.getAsInt() != version;
        if (stale && !draft.events().isEmpty()) {
            throw new ProblemException(
                    Problem.of(ErrorCode.VERSION_CONFLICT, "the resource has changed since it was read")
                            .withDetails(Map.of("current_version", version)));
        }
    }

    /** Empty: the race was lost, try again. */
    private Optional<Reply> append(
            Draft draft, Answer answer, Call call, Optional<IdempotencyKey> key, ResourceReader reader) {
        String status = answer.changed() ? "applied" : "unchanged";
        if (draft.appendsNothing() && key.isEmpty()) {
            return Optional.of(answer.reply(status, null, null, reader));
        }
        key.ifPresent(k -> {
            draft.requireFirst(new Precondition.Side(IDEMPOTENCY, k.record(), 0));
            draft.side(new SideOperation.Put(
                    IDEMPOTENCY, k.record(), answer.bytes(), draft.now().plus(remembered.get())));
        });
        return switch (commits.commit(
                draft, call.requestId(), call.idempotencyKey().orElse(null))) {
            case Commits.Outcome.Committed(long first, long last) ->
                Optional.of(answer.reply(status, answer.changed() ? last : null, draft.oneTimeSecret(), reader));
            case Commits.Outcome.LostRace(String kind) -> Optional.empty();
            case Commits.Outcome.Refused(Problem problem) -> throw new ProblemException(problem);
        };
    }
}
