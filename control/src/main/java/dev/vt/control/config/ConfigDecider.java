package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.config.ConfigSchema.Reading;
import dev.vt.control.config.ConfigSchema.Violation;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.util.List;
import java.util.Map;

/** Pure: a document becomes the next revision if it is valid and different. */
final class ConfigDecider {
    private ConfigDecider() {}

    static Decision<ConfigEvent> decide(ConfigState state, ConfigCommand command) {
        return switch (ConfigSchema.read(command.document())) {
            case Reading.Invalid(List<Violation> violations) -> Decision.refuse(invalid(violations));
            case Reading.Valid(ObjectNode document, ClusterConfig config) -> {
                List<String> changed = ConfigDiff.of(state.document(), document).paths();
                yield changed.isEmpty()
                        ? Decision.unchanged()
                        : Decision.accept(event(state.revision() + 1, command, document, changed));
            }
        };
    }

    private static ConfigEvent event(long revision, ConfigCommand command, ObjectNode document, List<String> changed) {
        return switch (command) {
            case ConfigCommand.Set set -> new ConfigEvent.Set(revision, document, changed, set.comment());
            case ConfigCommand.RollBack back ->
                new ConfigEvent.RolledBack(revision, document, changed, back.comment(), back.toRevision());
        };
    }

    static Problem invalid(List<Violation> violations) {
        Violation first = violations.getFirst();
        String more = violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)";
        return Problem.of(ErrorCode.CONFIG_INVALID, first.path() + " " + first.message() + more)
                .withDetails(Map.of(
                        "errors", violations.stream().map(Violation::details).toList()));
    }

    static ConfigState evolve(ConfigEvent event) {
        return new ConfigState(event.revision(), event.document());
    }
}
