package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What may be asked of the configuration. */
sealed interface ConfigCommand {
    ObjectNode document();

    /** @param document keys that are left out take their default */
    record Set(ObjectNode document, @Nullable String comment) implements ConfigCommand {}

    /**
     * @param document of that revision
     * @param toRevision whose content is wanted again
     */
    record RollBack(
            long toRevision, ObjectNode document, @Nullable String comment) implements ConfigCommand {}
}
