package dev.vt.scheduler.view;

import java.util.Locale;

/** What was detected about a node (scheduler.md §2, cluster.md D2). */
public enum NodeHealth {
    ONLINE,
    /** Silent for 15 s. */
    SUSPECT,
    /** The agent raised an alarm. */
    DEGRADED,
    /** Silent for 60 s and a second signal agrees. */
    OFFLINE;

    /** @throws IllegalArgumentException for a word that is no health */
    public static NodeHealth of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
