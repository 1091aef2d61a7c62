package dev.vt.control.enrollment;

import java.time.Instant;
import java.util.Map;

/** What may be asked of an enrollment token. */
sealed interface EnrollmentCommand {
    record Create(MemberKind kind, Instant expiresAt, Map<String, String> labels) implements EnrollmentCommand {
        public Create {
            labels = Map.copyOf(labels);
        }
    }

    /** @param byId the new member, or the one that tried and was known already */
    record Consume(MemberKind kind, String byId) implements EnrollmentCommand {}

    record Revoke() implements EnrollmentCommand {}
}
