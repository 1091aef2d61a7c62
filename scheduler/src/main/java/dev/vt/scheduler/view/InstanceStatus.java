package dev.vt.scheduler.view;

import java.util.Locale;

/** What the node last reported about an instance. */
public enum InstanceStatus {
    /** Nothing reported yet. */
    ALLOCATED,
    BOOTING,
    READY,
    DRAINING,
    STOPPED,
    FAILED;

    /** The word of the event payload. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException for a word that is no status */
    public static InstanceStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
