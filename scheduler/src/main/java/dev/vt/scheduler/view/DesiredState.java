package dev.vt.scheduler.view;

import java.util.Locale;

/** What the scheduler wants of an instance. It only moves down this list; {@code STOPPED} is final (K2). */
public enum DesiredState {
    RUNNING,
    DRAINING,
    STOPPED;

    /** The word of the event payload. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException for a word that is no desired state */
    public static DesiredState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
