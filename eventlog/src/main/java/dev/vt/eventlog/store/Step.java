package dev.vt.eventlog.store;

/** Where a leader can die while it appends; tests kill it at each (state.md §14.4). */
enum Step {
    GROUP_TAKEN,
    APPLIED,
    COMMITTED;

    /** Told when the apply thread gets there; throws to kill it. */
    @FunctionalInterface
    interface Probe {
        Probe NONE = step -> {};

        void reached(Step step);
    }
}
