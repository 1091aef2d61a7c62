package dev.vt.control.enrollment;

import java.time.Instant;

/** What an enrollment token is, by its events. */
sealed interface EnrollmentState {
    record Absent() implements EnrollmentState {}

    record Open(MemberKind kind, Instant expiresAt) implements EnrollmentState {}

    record Consumed(String byId) implements EnrollmentState {}

    record Revoked() implements EnrollmentState {}
}
