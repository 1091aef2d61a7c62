package dev.vt.control.scale;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What may be asked. */
sealed interface ScaleCommand {
    /** @param desired by process type */
    record Scale(SortedMap<String, Integer> desired) implements ScaleCommand {
        public Scale {
            desired = new TreeMap<>(desired);
        }
    }

    /** @param processTypes empty: all */
    record Restart(List<String> processTypes) implements ScaleCommand {
        public Restart {
            processTypes = List.copyOf(processTypes);
        }
    }
}
