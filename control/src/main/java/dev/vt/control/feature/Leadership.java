package dev.vt.control.feature;

import java.util.OptionalLong;

/** Whether this server leads; reconcilers run on the leader only, and their batches carry the epoch. Thread-safe. */
@FunctionalInterface
public interface Leadership {
    /** The epoch of the newest {@code cluster.leader_changed}, if it names this server. */
    OptionalLong epoch();
}
