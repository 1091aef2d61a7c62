package dev.vt.control.node;

import java.util.Locale;

/** What a node is, by its events. */
sealed interface NodeState {
    record Absent() implements NodeState {}

    record Member(Admission admission, Health health) implements NodeState {}

    /** What people decided. */
    enum Admission {
        ENROLLED,
        ACTIVE,
        DRAINING,
        DISABLED,
        REVOKED;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Admission of(String wire) {
            return valueOf(wire.toUpperCase(Locale.ROOT));
        }
    }

    /** What was detected. */
    enum Health {
        ONLINE,
        SUSPECT,
        DEGRADED,
        OFFLINE;

        String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Health of(String wire) {
            return valueOf(wire.toUpperCase(Locale.ROOT));
        }
    }
}
