package dev.vt.control.secret;

import dev.vt.control.feature.StateReader;
import java.util.Optional;

/** What other nouns may know of secrets: whether there are any, and by which names. Thread-safe. */
public final class Secrets {
    private final StateReader state;

    public Secrets(StateReader state) {
        this.state = state;
    }

    /** What new instances of the environment get; empty before anybody set or confirmed anything: the gate is closed. */
    public Optional<SecretVersion> current(String envId) {
        return state.read(handle -> handle.createQuery("""
                        SELECT v.* FROM secret_versions v JOIN secret_bundles b ON b.current_version_id = v.id
                        WHERE b.env_id = :env""")
                .bind("env", envId)
                .map((row, context) -> SecretVersion.of(row))
                .findOne());
    }

    public Optional<SecretVersion> version(String versionId) {
        return state.read(handle -> handle.createQuery("SELECT * FROM secret_versions WHERE id = :id")
                .bind("id", versionId)
                .map((row, context) -> SecretVersion.of(row))
                .findOne());
    }

    Optional<SecretVersion> version(String envId, int number) {
        return state.read(
                handle -> handle.createQuery("SELECT * FROM secret_versions WHERE env_id = :env AND number = :number")
                        .bind("env", envId)
                        .bind("number", number)
                        .map((row, context) -> SecretVersion.of(row))
                        .findOne());
    }

    Optional<SecretBundleRow> bundle(String envId) {
        return state.read(handle -> handle.createQuery("SELECT * FROM secret_bundles WHERE env_id = :env")
                .bind("env", envId)
                .map((row, context) -> SecretBundleRow.of(row))
                .findOne());
    }
}
