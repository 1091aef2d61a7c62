package dev.vt.control.scale;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What happened (state.md §3); events of the environment. */
sealed interface ScaleEvent {
    /**
     * @param desired by process type; only those that change
     * @param source {@code api} or {@code manifest}
     */
    record ScaleSet(SortedMap<String, Integer> desired, String source) implements ScaleEvent {
        public ScaleSet {
            desired = new TreeMap<>(desired);
        }
    }

    record RestartRequested(List<String> processTypes, String restartId) implements ScaleEvent {
        public RestartRequested {
            processTypes = List.copyOf(processTypes);
        }
    }
}
