package dev.vt.control.user;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.Optional;

/** What other nouns may know of users, and what they may put into a batch. Thread-safe. */
public final class Users {
    private final StateReader state;

    public Users(StateReader state) {
        this.state = state;
    }

    public Optional<User> find(String id) {
        return one("id", id);
    }

    /** @param email in its normal form */
    public Optional<User> byEmail(String email) {
        return one("email", email);
    }

    private Optional<User> one(String column, String value) {
        return state.read(handle -> handle.createQuery("SELECT * FROM users WHERE " + column + " = :value")
                .bind("value", value)
                .map((row, context) -> User.of(row))
                .findOne());
    }

    /** An operator besides this one who can sign in. */
    Optional<User> otherOperator(String userId) {
        return state.read(handle -> handle.createQuery(
                        "SELECT * FROM users WHERE operator AND NOT disabled AND id <> :id ORDER BY id LIMIT 1")
                .bind("id", userId)
                .map((row, context) -> User.of(row))
                .findOne());
    }

    /** Whether there is any: the cluster has been bootstrapped. */
    public boolean any() {
        return state.read(handle -> handle.createQuery("SELECT EXISTS (SELECT 1 FROM users)")
                .mapTo(Boolean.class)
                .one());
    }

    /** The first operator of a cluster, in the batch of the bootstrap. */
    public static void addFirst(Draft draft, String userId, String email) {
        draft.expect(User.key(userId), 0);
        claimEmail(draft, userId, email);
        draft.append(encode(userId, new UserEvent.Created(email, null, true, "bootstrap")));
    }

    /** An operator again, and able to sign in, whatever they were. */
    public static void recover(Draft draft, User user) {
        draft.expect(user.key(), user.row().resourceVersion());
        draft.decided(
                UserDecider.decide(user.state(), new UserCommand.Recover(draft.newId("cred")), true),
                event -> encode(user.id(), event));
    }

    public Optional<ObjectNode> json(String id) {
        return find(id).map(User::json);
    }

    /**
     * Another password of a user.
     *
     * @param kind {@code password}, {@code totp} or {@code recovery}
     */
    public static void credentialChanged(Draft draft, String userId, String kind, String credentialId) {
        draft.append(encode(userId, new UserEvent.CredentialChanged(kind, credentialId)));
    }

    static void claimEmail(Draft draft, String userId, String email) {
        draft.require(
                new Precondition.Claim("user_email", email, User.key(userId)),
                ErrorCode.NAME_TAKEN,
                "there is a user with this address");
    }

    static NewEvent encode(String userId, UserEvent event) {
        return new NewEvent(User.key(userId), UserEventCodec.type(event), Owner.NONE, UserEventCodec.payload(event));
    }
}
