package dev.vt.control.user;

import dev.vt.control.http.Refusals;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pure: one operator who can sign in always remains. */
final class UserDecider {
    private UserDecider() {}

    /** @param otherOperator whether another user is an operator and not disabled */
    static Decision<UserEvent> decide(UserState state, UserCommand command, boolean otherOperator) {
        return switch (state) {
            case UserState.Absent() -> create(command);
            case UserState.Active(UserState.Profile profile) -> active(profile, command, otherOperator);
            case UserState.Disabled(UserState.Profile profile) -> disabled(profile, command);
        };
    }

    private static Decision<UserEvent> create(UserCommand command) {
        return command instanceof UserCommand.Create(var email, var displayName, var operator)
                ? Decision.accept(
                        new UserEvent.Created(email, displayName.isEmpty() ? null : displayName, operator, "operator"))
                : Decision.refuse(Refusals.notFound().problem());
    }

    private static Decision<UserEvent> active(UserState.Profile profile, UserCommand command, boolean otherOperator) {
        boolean last = profile.operator() && !otherOperator;
        return switch (command) {
            case UserCommand.Create create -> Decision.refuse(ErrorCode.INVALID_STATE, "the user exists");
            case UserCommand.Update update -> update(profile, update);
            case UserCommand.Invite(var expiresAt) ->
                Decision.accept(new UserEvent.Invited(profile.email(), expiresAt.toString()));
            case UserCommand.SetOperator(boolean operator) -> {
                if (operator == profile.operator()) {
                    yield Decision.unchanged();
                }
                yield last ? lastOperator() : Decision.accept(new UserEvent.OperatorSet(operator));
            }
            case UserCommand.Disable(String reason) ->
                last ? lastOperator() : Decision.accept(new UserEvent.Disabled(reason));
            case UserCommand.Enable() -> Decision.unchanged();
            case UserCommand.Recover(String credentialId) -> recover(profile, false, credentialId);
        };
    }

    private static Decision<UserEvent> disabled(UserState.Profile profile, UserCommand command) {
        return switch (command) {
            case UserCommand.Create create -> Decision.refuse(ErrorCode.INVALID_STATE, "the user exists");
            case UserCommand.Update update -> update(profile, update);
            case UserCommand.Invite invite -> Decision.refuse(ErrorCode.INVALID_STATE, "the user is disabled");
            case UserCommand.SetOperator(boolean operator) ->
                operator == profile.operator()
                        ? Decision.unchanged()
                        : Decision.accept(new UserEvent.OperatorSet(operator));
            case UserCommand.Disable disable -> Decision.unchanged();
            case UserCommand.Enable() -> Decision.accept(new UserEvent.Enabled());
            case UserCommand.Recover(String credentialId) -> recover(profile, true, credentialId);
        };
    }

    private static Decision<UserEvent> recover(UserState.Profile profile, boolean disabled, String credentialId) {
        List<UserEvent> events = new ArrayList<>();
        if (disabled) {
            events.add(new UserEvent.Enabled());
        }
        if (!profile.operator()) {
            events.add(new UserEvent.OperatorSet(true));
        }
        events.add(new UserEvent.CredentialChanged("recovery", credentialId));
        return new Decision.Accepted<>(events);
    }

    private static Decision<UserEvent> update(UserState.Profile profile, UserCommand.Update wanted) {
        String email = changed(profile.email(), wanted.email());
        String displayName = changed(profile.displayName(), wanted.displayName());
        return email == null && displayName == null
                ? Decision.unchanged()
                : Decision.accept(new UserEvent.Updated(email, displayName));
    }

    private static @Nullable String changed(String old, String wanted) {
        return old.equals(wanted) ? null : wanted;
    }

    private static Decision<UserEvent> lastOperator() {
        return Decision.refuse(ErrorCode.LAST_OPERATOR, "a cluster keeps at least one operator who can sign in");
    }

    static UserState evolve(UserState state, UserEvent event) {
        return switch (event) {
            case UserEvent.Created created ->
                new UserState.Active(new UserState.Profile(
                        created.email(), Objects.requireNonNullElse(created.displayName(), ""), created.operator()));
            case UserEvent.Updated(var email, var displayName) -> {
                UserState.Profile old = profile(state);
                yield with(
                        state,
                        new UserState.Profile(
                                Objects.requireNonNullElse(email, old.email()),
                                Objects.requireNonNullElse(displayName, old.displayName()),
                                old.operator()));
            }
            case UserEvent.OperatorSet(boolean operator) -> {
                UserState.Profile old = profile(state);
                yield with(state, new UserState.Profile(old.email(), old.displayName(), operator));
            }
            case UserEvent.Disabled disabled -> new UserState.Disabled(profile(state));
            case UserEvent.Enabled() -> new UserState.Active(profile(state));
            case UserEvent.Invited invited -> state;
            case UserEvent.CredentialChanged changed -> state;
        };
    }

    private static UserState.Profile profile(UserState state) {
        return switch (state) {
            case UserState.Absent() -> throw new IllegalStateException("no user");
            case UserState.Active(UserState.Profile profile) -> profile;
            case UserState.Disabled(UserState.Profile profile) -> profile;
        };
    }

    private static UserState with(UserState state, UserState.Profile profile) {
        return state instanceof UserState.Disabled ? new UserState.Disabled(profile) : new UserState.Active(profile);
    }
}
