package dev.vt.control.config;

import dev.vt.control.feature.StateReader;
import dev.vt.eventlog.AggregateKey;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The revisions as the view has them. Thread-safe. */
final class ConfigRevisions {
    private final StateReader state;

    ConfigRevisions(StateReader state) {
        this.state = state;
    }

    /** @param clusterId the configuration is the cluster's, by its id */
    static AggregateKey key(String clusterId) {
        return new AggregateKey("config", clusterId);
    }

    /** Empty while nobody has set anything. */
    Optional<ConfigRevision> newest() {
        return state.read(ConfigRevisions::newest);
    }

    static Optional<ConfigRevision> newest(Handle handle) {
        return handle.createQuery("SELECT * FROM config_revisions ORDER BY revision DESC LIMIT 1")
                .map((row, context) -> ConfigRevision.of(row))
                .findOne();
    }

    Optional<ConfigRevision> find(long revision) {
        return state.read(handle -> handle.createQuery("SELECT * FROM config_revisions WHERE revision = :revision")
                .bind("revision", revision)
                .map((row, context) -> ConfigRevision.of(row))
                .findOne());
    }

    /** At most {@code limit} revisions beyond one, newest first if {@code descending}. */
    List<ConfigRevision> page(long after, boolean descending, int limit) {
        String sql = "SELECT * FROM config_revisions WHERE revision " + (descending ? "<" : ">")
                + " :after ORDER BY revision " + (descending ? "DESC" : "ASC") + " LIMIT :limit";
        return state.read(handle -> handle.createQuery(sql)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> ConfigRevision.of(row))
                .list());
    }
}
