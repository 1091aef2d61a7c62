package dev.vt.control.deploy;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What happened to a deploy (state.md §3). */
sealed interface DeployEvent {
    /**
     * @param kind {@code deploy} or {@code rollback}
     * @param processTypes all it is about, those that go included; sorted
     * @param strategy {@code rolling}, {@code replace} or {@code mixed}
     * @param previous release by process type, where there was one
     */
    record Created(
            String kind,
            String releaseId,
            List<String> processTypes,
            String strategy,
            String planHash,
            SortedMap<String, String> previous)
            implements DeployEvent {
        public Created {
            processTypes = List.copyOf(processTypes);
            previous = new TreeMap<>(previous);
        }
    }

    record StatusChanged(
            DeployStatus status,
            @Nullable String reasonCode,
            @Nullable String detail,
            @Nullable String message) implements DeployEvent {}
}
