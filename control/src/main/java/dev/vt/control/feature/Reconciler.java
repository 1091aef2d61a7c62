package dev.vt.control.feature;

import java.time.Duration;

/**
 * Brings the actual state nearer to the desired one. Takes no input, reads the views, is idempotent, and does not retry
 * inside: the period is the retry. Runs on the leader only, on its own virtual thread, never twice at once.
 */
public interface Reconciler {
    /** Kebab case, for logs. */
    String name();

    /** From the end of one run to the start of the next, if nothing wakes it earlier. */
    Duration period();

    /** Whether an event of this type should wake it. */
    default boolean wakesOn(String eventType) {
        return false;
    }

    ReconcileReport reconcile();
}
