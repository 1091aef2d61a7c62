package dev.vt.control.feature;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Problem;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Appends for reconcilers, agents and edges: no request, no receipt, the same retries. Thread-safe. */
public final class SystemMutations {
    /** What became of it. */
    public sealed interface Outcome {
        /** @param eventId the last event */
        record Applied(long eventId) implements Outcome {}

        /** The draft was empty: what was wanted already holds. */
        record Unchanged() implements Outcome {}

        record Refused(Problem problem) implements Outcome {}
    }

    private final Commits commits;
    private final Leadership leadership;
    private final IdSource ids;

    public SystemMutations(EventLog log, Leadership leadership, Clock clock, IdSource ids) {
        this.commits = new Commits(log, clock, ids);
        this.leadership = leadership;
        this.ids = ids;
    }

    /** As {@code system/<component>}, fenced by the leader's epoch; refused with {@code no_leader} elsewhere. */
    public Outcome asSystem(String component, Consumer<Draft> attempt) {
        return run(Actor.system(component), attempt);
    }

    /** As another actor, for example the node that reported; {@code system} actors are fenced. */
    public Outcome run(Actor actor, Consumer<Draft> attempt) {
        for (int tries = 0; tries <= Commits.MAX_RETRIES; tries++) {
            Draft draft = commits.draft(actor);
            if (actor.type().equals("system")) {
                OptionalLong epoch = leadership.epoch();
                if (epoch.isEmpty()) {
                    return new Outcome.Refused(Problem.of(ErrorCode.NO_LEADER, "this server does not lead"));
                }
                draft.require(new Precondition.Fence(epoch.getAsLong()));
            }
            attempt.accept(draft);
            Problem refusal = draft.refusal();
            if (refusal != null) {
                return new Outcome.Refused(refusal);
            }
            if (draft.appendsNothing()) {
                return new Outcome.Unchanged();
            }
            switch (commits.commit(draft, ids.next("req"), null)) {
                case Commits.Outcome.Committed(long first, long last) -> {
                    return new Outcome.Applied(last);
                }
                case Commits.Outcome.Refused(Problem problem) -> {
                    return new Outcome.Refused(problem);
                }
                case Commits.Outcome.LostRace(String kind) -> {}
            }
        }
        return new Outcome.Refused(Commits.concurrentUpdate());
    }
}
