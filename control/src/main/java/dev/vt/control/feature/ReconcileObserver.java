package dev.vt.control.feature;

import java.time.Duration;

/** Is told of every run of a reconciler. Called on the reconcilers' threads: implementations only count. */
@FunctionalInterface
public interface ReconcileObserver {
    void ran(String reconciler, boolean failed, Duration took);
}
