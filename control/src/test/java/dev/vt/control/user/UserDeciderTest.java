package dev.vt.control.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.GoldenEvents;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UserDeciderTest {
    private static final UserState.Profile OPERATOR = new UserState.Profile("a@example.com", "", true);
    private static final UserState ACTIVE = new UserState.Active(OPERATOR);
    private static final UserState DISABLED = new UserState.Disabled(OPERATOR);

    private static @Nullable ErrorCode refusal(UserState state, UserCommand command, boolean otherOperator) {
        return UserDecider.decide(state, command, otherOperator) instanceof Decision.Refused<UserEvent>(var problem)
                ? problem.code()
                : null;
    }

    @Test
    void oneOperatorWhoCanSignInRemains() {
        assertThat(refusal(ACTIVE, new UserCommand.Disable("left"), false)).isEqualTo(ErrorCode.LAST_OPERATOR);
        assertThat(refusal(ACTIVE, new UserCommand.SetOperator(false), false)).isEqualTo(ErrorCode.LAST_OPERATOR);
        assertThat(refusal(ACTIVE, new UserCommand.Disable("left"), true)).isNull();
        assertThat(refusal(DISABLED, new UserCommand.SetOperator(false), false)).isNull();
    }

    @Test
    void askingForWhatHoldsChangesNothing() {
        assertThat(UserDecider.decide(ACTIVE, new UserCommand.SetOperator(true), false))
                .isEqualTo(Decision.unchanged());
        assertThat(UserDecider.decide(ACTIVE, new UserCommand.Enable(), false)).isEqualTo(Decision.unchanged());
        assertThat(UserDecider.decide(DISABLED, new UserCommand.Disable(""), false))
                .isEqualTo(Decision.unchanged());
        assertThat(UserDecider.decide(ACTIVE, new UserCommand.Update("a@example.com", ""), false))
                .isEqualTo(Decision.unchanged());
    }

    /** A22: whatever they were, and also the only operator. */
    @Test
    void whoIsRecoveredIsAnOperatorWhoCanSignIn() {
        UserState.Profile plain = new UserState.Profile("a@example.com", "", false);
        UserCommand recover = new UserCommand.Recover("cred_1");
        UserEvent recovered = new UserEvent.CredentialChanged("recovery", "cred_1");

        assertThat(UserDecider.decide(ACTIVE, recover, false)).isEqualTo(accepted(recovered));
        assertThat(UserDecider.decide(new UserState.Active(plain), recover, true))
                .isEqualTo(accepted(new UserEvent.OperatorSet(true), recovered));
        assertThat(UserDecider.decide(DISABLED, recover, true)).isEqualTo(accepted(new UserEvent.Enabled(), recovered));
        assertThat(UserDecider.decide(new UserState.Disabled(plain), recover, true))
                .isEqualTo(accepted(new UserEvent.Enabled(), new UserEvent.OperatorSet(true), recovered));
        assertThat(refusal(new UserState.Absent(), recover, true)).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void recoveryReplaysToAnOperatorWhoCanSignIn() {
        UserState state = new UserState.Disabled(new UserState.Profile("a@example.com", "", false));
        Decision<UserEvent> decision = UserDecider.decide(state, new UserCommand.Recover("cred_1"), true);

        for (UserEvent event : ((Decision.Accepted<UserEvent>) decision).events()) {
            state = UserDecider.evolve(state, event);
        }

        assertThat(state).isEqualTo(ACTIVE);
    }

    private static Decision<UserEvent> accepted(UserEvent... events) {
        return new Decision.Accepted<>(List.of(events));
    }

    @Test
    void replayGivesTheState() {
        UserState state = UserDecider.evolve(
                new UserState.Absent(), new UserEvent.Created("a@example.com", null, false, "operator"));
        state = UserDecider.evolve(state, new UserEvent.OperatorSet(true));
        state = UserDecider.evolve(state, new UserEvent.Disabled("away"));
        state = UserDecider.evolve(state, new UserEvent.Updated("b@example.com", "Bea"));

        assertThat(state).isEqualTo(new UserState.Disabled(new UserState.Profile("b@example.com", "Bea", true)));
        assertThat(UserDecider.evolve(state, new UserEvent.Enabled())).isInstanceOf(UserState.Active.class);
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(UserFeature.class, "user");
        Stream.of(
                        new UserEvent.Created("a@example.com", "A", true, "bootstrap"),
                        new UserEvent.Updated("b@example.com", null),
                        new UserEvent.Invited("a@example.com", "2026-01-08T00:00:00Z"),
                        new UserEvent.OperatorSet(false),
                        new UserEvent.Disabled("left"),
                        new UserEvent.Enabled(),
                        new UserEvent.CredentialChanged("password", "cred_1"))
                .forEach(event -> {
                    String type = UserEventCodec.type(event);
                    // The one in the plain file has a reason, which was allowed and is not written.
                    String variant = event instanceof UserEvent.Enabled ? "plain" : "";
                    goldens.check(type, variant, UserEventCodec.payload(event));
                    assertThat(UserEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                });
        goldens.checkComplete();
    }
}
