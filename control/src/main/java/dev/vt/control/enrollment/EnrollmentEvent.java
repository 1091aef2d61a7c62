package dev.vt.control.enrollment;

import java.time.Instant;
import java.util.Map;

/** What happened to an enrollment token (state.md §3). */
sealed interface EnrollmentEvent {
    record Created(MemberKind kind, Instant expiresAt, Map<String, String> labels) implements EnrollmentEvent {
        public Created {
            labels = Map.copyOf(labels);
        }
    }

    record Consumed(String byId) implements EnrollmentEvent {}

    /** @param reason {@code operator} or {@code expired} */
    record Revoked(String reason) implements EnrollmentEvent {}
}
