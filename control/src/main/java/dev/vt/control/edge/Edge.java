package dev.vt.control.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.ca.KnownCertificate;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An edge as the view shows it.
 *
 * @param state {@code active}, {@code draining}, {@code disabled} or {@code revoked}
 * @param addresses where clients reach it
 * @param rejectedReason why it refused its newest table, until it accepts one
 */
public record Edge(
        AggregateRow row,
        String name,
        String state,
        JsonNode addresses,
        KnownCertificate certificate,
        @Nullable String rejectedReason) {
    static Edge of(ResultSet row) throws SQLException {
        return new Edge(
                AggregateRow.of(row),
                row.getString("name"),
                row.getString("state"),
                Json.parse(row.getString("addresses")),
                KnownCertificate.of(row),
                row.getString("rejected_reason"));
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

    public boolean isRevoked() {
        return state.equals(EdgeState.Admission.REVOKED.wire());
    }

    /** Whether it is to have routes at all. */
    public boolean serves() {
        return state.equals(EdgeState.Admission.ACTIVE.wire()) || state.equals(EdgeState.Admission.DRAINING.wire());
    }

    EdgeState status() {
        return new EdgeState.Member(EdgeState.Admission.of(state));
    }

    ObjectNode json() {
        ObjectNode out = row.json().put("name", name).put("state", state);
        out.set("addresses", addresses);
        Instant notAfter = certificate.notAfter();
        out.put("cert_fingerprint", certificate.fingerprint());
        out.put("cert_not_after", notAfter == null ? null : notAfter.toString());
        return out.put("rejected_reason", rejectedReason);
    }
}
