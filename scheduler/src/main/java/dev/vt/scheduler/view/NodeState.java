package dev.vt.scheduler.view;

import java.util.Locale;

/** What people decided about a node (scheduler.md §2). */
public enum NodeState {
    /** Known, not confirmed. */
    ENROLLED,
    ACTIVE,
    /** Existing work is evicted. */
    DRAINING,
    DISABLED,
    /** Final. */
    REVOKED;

    /** @throws IllegalArgumentException for a word that is no state */
    public static NodeState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
