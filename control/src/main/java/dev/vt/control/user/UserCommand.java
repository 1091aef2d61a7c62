package dev.vt.control.user;

import java.time.Instant;

/** What may be asked of a user; addresses are already checked for their form. */
sealed interface UserCommand {
    record Create(String email, String displayName, boolean operator) implements UserCommand {}

    record Update(String email, String displayName) implements UserCommand {}

    record Invite(Instant expiresAt) implements UserCommand {}

    record SetOperator(boolean operator) implements UserCommand {}

    record Disable(String reason) implements UserCommand {}

    record Enable() implements UserCommand {}

    /** The data's owner lets them in again, as an operator. */
    record Recover(String credentialId) implements UserCommand {}
}
