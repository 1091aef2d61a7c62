package dev.vt.control.edge;

import java.util.Locale;

/** What an edge is, by its events. */
sealed interface EdgeState {
    record Absent() implements EdgeState {}

    record Member(Admission admission) implements EdgeState {}

    enum Admission {
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
}
