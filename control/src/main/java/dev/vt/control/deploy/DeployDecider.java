package dev.vt.control.deploy;

import dev.vt.control.feature.Change;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pure: state, command and facts in, events or a refusal out. */
final class DeployDecider {
    /** What the environment's secrets are. */
    enum Gate {
        /** Nobody set or confirmed anything. */
        CLOSED,
        /** Open, without variables. */
        CONFIRMED_NONE,
        OPEN
    }

    /**
     * @param guarded whether the environment is protected
     * @param admin whether the caller is an admin of the org
     * @param retry whether the environment's last deploy failed, so that the same content is worth another one
     */
    record Facts(String envName, Gate gate, boolean guarded, boolean admin, boolean retry) {}

    private DeployDecider() {}

    static Decision<DeployEvent> decide(DeployState state, DeployCommand command, Facts facts) {
        return switch (command) {
            case DeployCommand.Start start ->
                switch (state) {
                    case DeployState.Absent() -> start(start, facts);
                    case DeployState.Started started -> Decision.refuse(ErrorCode.INVALID_STATE, "the deploy exists");
                };
            case DeployCommand.ChangeStatus(DeployStatus status, var reason, var detail, var message) ->
                switch (state) {
                    case DeployState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such deploy");
                    case DeployState.Started(DeployStatus now) ->
                        now == status
                                ? Decision.unchanged()
                                : now.mayBecome(status)
                                        ? Decision.accept(
                                                new DeployEvent.StatusChanged(status, reason, detail, message))
                                        : Decision.refuse(
                                                ErrorCode.INVALID_STATE,
                                                "a deploy that is " + now.text() + " does not become " + status.text());
                };
        };
    }

    private static Decision<DeployEvent> start(DeployCommand.Start command, Facts facts) {
        DeployPlan plan = command.plan();
        if (command.planHash() != null && !command.planHash().equals(plan.hash())) {
            return Decision.refuse(Problem.of(ErrorCode.PLAN_STALE, "the environment changed since the plan was made")
                    .withHint("look at the plan again")
                    .withDetails(Map.of("plan_hash", plan.hash())));
        }
        if (plan.isEmpty() && !facts.retry()) {
            return Decision.unchanged();
        }
        if (plan.destructive() && !command.allowDestructive()) {
            return Decision.refuse(destructive(plan));
        }
        if (plan.destructive() && facts.guarded() && !facts.admin()) {
            return Decision.refuse(
                    ErrorCode.PROTECTED_ENV, "removing things from a protected environment needs an admin of the org");
        }
        // A rollback passes the gate its target passed.
        if (facts.gate() == Gate.CLOSED && command.kind().equals("deploy")) {
            return Decision.refuse(Problem.of(
                            ErrorCode.SECRETS_UNCONFIRMED,
                            "nobody has said yet which secrets " + facts.envName() + " needs")
                    .withHint("vt secrets set KEY --env " + facts.envName() + ", or: vt secrets confirm --none --env "
                            + facts.envName()));
        }
        if (facts.gate() != Gate.OPEN && !plan.needsSecrets().isEmpty()) {
            return Decision.refuse(Problem.of(
                            ErrorCode.SECRETS_MISSING,
                            "process " + String.join(", ", plan.needsSecrets()) + " requires secrets and "
                                    + facts.envName() + " has none")
                    .withHint("vt secrets set KEY --env " + facts.envName())
                    .withDetails(Map.of("process_types", plan.needsSecrets())));
        }
        List<String> processes = new ArrayList<>(plan.sets());
        processes.addAll(plan.removes());
        processes.sort(null);
        return Decision.accept(new DeployEvent.Created(
                command.kind(), command.releaseId(), processes, plan.strategy(), plan.hash(), plan.previous()));
    }

    private static Problem destructive(DeployPlan plan) {
        List<Map<String, Object>> removed = plan.changes().stream()
                .filter(Change::destructive)
                .map(change -> Map.<String, Object>of("kind", change.kind(), "name", change.name()))
                .toList();
        String names = String.join(
                ", ",
                removed.stream()
                        .map(each -> each.get("kind") + " " + each.get("name"))
                        .toList());
        return Problem.of(ErrorCode.DESTRUCTIVE_CHANGE, "the deploy would remove " + names)
                .withHint("vt deploy --allow-destructive")
                .withDetails(Map.of("changes", removed));
    }

    static DeployState evolve(DeployState state, DeployEvent event) {
        return switch (event) {
            case DeployEvent.Created created -> new DeployState.Started(DeployStatus.QUEUED);
            case DeployEvent.StatusChanged changed -> new DeployState.Started(changed.status());
        };
    }
}
