package dev.vt.control.enrollment;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.time.Duration;
import java.time.Instant;

/** Pure: a token works once, for one kind, for a while. */
final class EnrollmentDecider {
    static final Duration MIN_LIFE = Duration.ofMinutes(5);
    static final Duration MAX_LIFE = Duration.ofHours(24);

    private EnrollmentDecider() {}

    /** @param now the proposer's clock */
    static Decision<EnrollmentEvent> decide(EnrollmentState state, EnrollmentCommand command, Instant now) {
        return switch (command) {
            case EnrollmentCommand.Create create -> create(create, now);
            case EnrollmentCommand.Consume consume -> consume(state, consume, now);
            case EnrollmentCommand.Revoke() ->
                switch (state) {
                    case EnrollmentState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such token");
                    case EnrollmentState.Open open -> Decision.accept(new EnrollmentEvent.Revoked("operator"));
                    case EnrollmentState.Consumed consumed -> Decision.unchanged();
                    case EnrollmentState.Revoked() -> Decision.unchanged();
                };
        };
    }

    private static Decision<EnrollmentEvent> create(EnrollmentCommand.Create create, Instant now) {
        Duration life = Duration.between(now, create.expiresAt());
        return life.compareTo(MIN_LIFE) < 0 || life.compareTo(MAX_LIFE) > 0
                ? Decision.refuse(ErrorCode.INVALID_ARGUMENT, "a token lives from five minutes to 24 hours")
                : Decision.accept(new EnrollmentEvent.Created(create.kind(), create.expiresAt(), create.labels()));
    }

    private static Decision<EnrollmentEvent> consume(
            EnrollmentState state, EnrollmentCommand.Consume consume, Instant now) {
        boolean fits = state instanceof EnrollmentState.Open(MemberKind kind, Instant expiresAt)
                && kind == consume.kind()
                && now.isBefore(expiresAt);
        return fits ? Decision.accept(new EnrollmentEvent.Consumed(consume.byId())) : Decision.refuse(invalid());
    }

    /** Wrong, expired, used, for another kind: one answer (SC-1). */
    static Problem invalid() {
        return Problem.of(ErrorCode.TOKEN_INVALID, "the enrollment token is not valid")
                .withHint("ask an operator for a new one: vt tokens create");
    }

    static EnrollmentState evolve(EnrollmentEvent event) {
        return switch (event) {
            case EnrollmentEvent.Created created -> new EnrollmentState.Open(created.kind(), created.expiresAt());
            case EnrollmentEvent.Consumed(String byId) -> new EnrollmentState.Consumed(byId);
            case EnrollmentEvent.Revoked revoked -> new EnrollmentState.Revoked();
        };
    }
}
