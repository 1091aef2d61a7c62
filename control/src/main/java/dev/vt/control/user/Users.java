package dev.vt.control.user;

import dev.vt.control.feature.StateReader;
import java.util.Optional;

/** What other nouns may know of users. Thread-safe. */
public final class Users {
    private final StateReader state;

    public Users(StateReader state) {
        this.state = state;
    }

    public Optional<User> find(String id) {
        return state.read(handle -> handle.createQuery("SELECT * FROM users WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> User.of(row))
                .findOne());
    }

    /** Whether there is any: the cluster has been bootstrapped. */
    public boolean any() {
        return state.read(handle -> handle.createQuery("SELECT EXISTS (SELECT 1 FROM users)")
                .mapTo(Boolean.class)
                .one());
    }
}
