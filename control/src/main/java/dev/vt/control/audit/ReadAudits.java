package dev.vt.control.audit;

import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Call;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;

/** Records reads that matter before they are answered: if it cannot be recorded, it is not read (api.md §7). Thread-safe. */
public final class ReadAudits {
    private final SystemMutations mutations;

    public ReadAudits(SystemMutations mutations) {
        this.mutations = mutations;
    }

    /** @throws ProblemException if the log does not take the record */
    public void record(Call call, String action, String resource) {
        SystemMutations.Outcome outcome =
                mutations.run(call.caller().actor(), draft -> Audit.allowed(draft, call, action, resource));
        if (outcome instanceof SystemMutations.Outcome.Refused(Problem problem)) {
            throw new ProblemException(problem);
        }
    }
}
