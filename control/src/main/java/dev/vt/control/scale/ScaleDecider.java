package dev.vt.control.scale;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.NearestName;
import dev.vt.kernel.Problem;
import dev.vt.manifest.ProcessSpec.Scaling;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Pure: facts and command in, events or a refusal out. */
final class ScaleDecider {
    /**
     * @param limits of the process types that shall run
     * @param stored the scales that are set
     * @param restartId for a restart
     */
    record Facts(SortedMap<String, Scaling> limits, Map<String, Integer> stored, String restartId) {}

    private ScaleDecider() {}

    static Decision<ScaleEvent> decide(ScaleCommand command, Facts facts) {
        return switch (command) {
            case ScaleCommand.Scale(SortedMap<String, Integer> desired) -> scale(desired, facts);
            case ScaleCommand.Restart(List<String> wanted) -> restart(wanted, facts);
        };
    }

    private static Decision<ScaleEvent> scale(SortedMap<String, Integer> desired, Facts facts) {
        SortedMap<String, Integer> changed = new TreeMap<>();
        for (Map.Entry<String, Integer> entry : desired.entrySet()) {
            String process = entry.getKey();
            int replicas = entry.getValue();
            Scaling limits = facts.limits().get(process);
            if (limits == null) {
                return Decision.refuse(unknown(process, facts));
            }
            if (!limits.allows(replicas)) {
                return Decision.refuse(outOfRange(process, replicas, limits));
            }
            if (!Integer.valueOf(replicas).equals(facts.stored().get(process))) {
                changed.put(process, replicas);
            }
        }
        return changed.isEmpty() ? Decision.unchanged() : Decision.accept(new ScaleEvent.ScaleSet(changed, "api"));
    }

    private static Decision<ScaleEvent> restart(List<String> wanted, Facts facts) {
        for (String process : wanted) {
            if (!facts.limits().containsKey(process)) {
                return Decision.refuse(unknown(process, facts));
            }
        }
        if (facts.limits().isEmpty()) {
            return Decision.refuse(Problem.of(ErrorCode.INVALID_STATE, "nothing is deployed in the environment")
                    .withHint("vt deploy"));
        }
        List<String> processes = wanted.isEmpty()
                ? List.copyOf(facts.limits().keySet())
                : wanted.stream().distinct().sorted().toList();
        return Decision.accept(new ScaleEvent.RestartRequested(processes, facts.restartId()));
    }

    private static Problem unknown(String process, Facts facts) {
        String near = NearestName.of(process, facts.limits().keySet())
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
        return Problem.of(ErrorCode.UNKNOWN_PROCESS_TYPE, "the environment runs no process type " + process + near)
                .withDetails(Map.of("process_types", List.copyOf(facts.limits().keySet())));
    }

    private static Problem outOfRange(String process, int replicas, Scaling limits) {
        return Problem.of(
                        ErrorCode.SCALE_OUT_OF_RANGE,
                        process + " may have 0 or " + limits.min() + " to " + limits.max() + " instances")
                .withHint("change processes." + process + ".scaling in vt.toml and deploy")
                .withDetails(Map.of(
                        "process_type", process, "requested", replicas, "min", limits.min(), "max", limits.max()));
    }
}
