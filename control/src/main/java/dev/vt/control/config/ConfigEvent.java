package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to the configuration (state.md §3). The document has every key. */
sealed interface ConfigEvent {
    long revision();

    ObjectNode document();

    List<String> changedKeys();

    @Nullable
    String comment();

    /** The revision that was gone back to, or null. */
    default @Nullable Long toRevision() {
        return null;
    }

    record Set(
            long revision,
            ObjectNode document,
            List<String> changedKeys,
            @Nullable String comment) implements ConfigEvent {
        public Set {
            changedKeys = List.copyOf(changedKeys);
        }
    }

    record RolledBack(
            long revision,
            ObjectNode document,
            List<String> changedKeys,
            @Nullable String comment,
            @Nullable Long toRevision)
            implements ConfigEvent {
        public RolledBack {
            changedKeys = List.copyOf(changedKeys);
        }
    }
}
