package dev.vt.control.cluster;

import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The cluster as the view shows it.
 *
 * @param ipv6Prefix a /48
 * @param leaderId server id, empty before the first leader
 * @param epoch of that leader
 */
public record Cluster(AggregateRow row, String name, String ipv6Prefix, int featureLevel, String leaderId, long epoch) {
    static Cluster of(ResultSet row) throws SQLException {
        return new Cluster(
                AggregateRow.of(row),
                row.getString("name"),
                row.getString("ipv6_prefix"),
                row.getInt("feature_level"),
                row.getString("leader_id"),
                row.getLong("epoch"));
    }

    public String id() {
        return row.id();
    }

    static AggregateKey key(String id) {
        return new AggregateKey("cluster", id);
    }
}
