package dev.vt.control.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * An edge as the view shows it.
 *
 * @param state {@code active}, {@code draining}, {@code disabled} or {@code revoked}
 * @param addresses where clients reach it
 */
public record Edge(AggregateRow row, String name, String state, JsonNode addresses, String certFingerprint) {
    static Edge of(ResultSet row) throws SQLException {
        return new Edge(
                AggregateRow.of(row),
                row.getString("name"),
                row.getString("state"),
                Json.parse(row.getString("addresses")),
                row.getString("cert_fingerprint"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("edge", id);
    }

    EdgeState status() {
        return new EdgeState.Member(EdgeState.Admission.of(state));
    }

    ObjectNode json() {
        ObjectNode out = row.json().put("name", name).put("state", state);
        out.set("addresses", addresses);
        return out.put("cert_fingerprint", certFingerprint);
    }
}
