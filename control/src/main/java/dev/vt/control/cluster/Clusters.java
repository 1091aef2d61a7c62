package dev.vt.control.cluster;

import dev.vt.control.feature.StateReader;
import java.util.Optional;

/** What other nouns may know of the cluster. Thread-safe. */
public final class Clusters {
    private final StateReader state;

    public Clusters(StateReader state) {
        this.state = state;
    }

    /** Empty only before the first start has committed. */
    public Optional<Cluster> current() {
        return state.read(handle -> handle.createQuery("SELECT * FROM clusters ORDER BY id LIMIT 1")
                .map((row, context) -> Cluster.of(row))
                .findOne());
    }

    /** @throws IllegalStateException before the first start has committed */
    public Cluster require() {
        return current().orElseThrow(() -> new IllegalStateException("the cluster is not initialised yet"));
    }
}
