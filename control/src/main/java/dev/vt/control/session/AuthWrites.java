package dev.vt.control.session;

import dev.vt.control.feature.Draft;
import dev.vt.control.feature.Leadership;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.Actor;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.function.Consumer;

/**
 * Appends for requests that have no caller yet, or whose answer is no receipt: sign-in, device flow, refresh. Only the leader
 * decides them. Thread-safe.
 */
public final class AuthWrites {
    private final SystemMutations mutations;
    private final Leadership leadership;

    public AuthWrites(SystemMutations mutations, Leadership leadership) {
        this.mutations = mutations;
        this.leadership = leadership;
    }

    /**
     * @param attempt may run several times, each time with facts read anew
     * @throws ProblemException what the attempt or the log refused
     */
    public void run(Actor actor, Consumer<Draft> attempt) {
        if (leadership.epoch().isEmpty()) {
            throw new ProblemException(Problem.of(ErrorCode.NO_LEADER, "this server does not lead; ask the leader"));
        }
        if (mutations.run(actor, attempt) instanceof SystemMutations.Outcome.Refused(Problem problem)) {
            throw new ProblemException(problem);
        }
    }

    /** Whether this server leads. */
    public boolean leads() {
        return leadership.epoch().isPresent();
    }
}
