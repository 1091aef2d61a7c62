package dev.vt.control.route;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A route as the view shows it.
 *
 * @param challenge what is awaited in the DNS before it is served (R2); null when nothing is
 */
public record Route(
        AggregateRow row,
        RouteDefinition definition,
        @Nullable String challenge) {
    /** Before the name whose TXT record holds the challenge. */
    public static final String CHALLENGE_LABEL = "_vt-challenge.";

    public static Route of(ResultSet row) throws SQLException {
        return new Route(
                AggregateRow.of(row),
                new RouteDefinition(
                        row.getString("kind"),
                        row.getString("hostname"),
                        row.getInt("listen_port"),
                        new Target(row.getString("process_type"), row.getInt("port")),
                        row.getString("proxy_protocol"),
                        row.getBoolean("backend_expects_proxy_protocol"),
                        RouteEventCodec.strings(Json.parse(row.getString("proxy_tlvs"))),
                        row.getString("ipv4"),
                        row.getBoolean("allow_no_sni"),
                        row.getString("balance"),
                        row.getInt("max_connections"),
                        row.getBoolean("terminate_on_delete"),
                        row.getString("managed_by")),
                row.getString("challenge"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("route", id);
    }

    RouteState state() {
        if (row.deleted()) {
            return new RouteState.Gone();
        }
        return challenge == null ? new RouteState.Live(definition) : new RouteState.Pending(definition, challenge);
    }

    ObjectNode json() {
        ObjectNode out = row.json();
        out.setAll(RouteEventCodec.json(definition));
        putVerification(out);
        return out;
    }

    /** Which record the owner of the name has to make, while it is awaited. */
    void putVerification(ObjectNode out) {
        if (challenge != null && !row.deleted()) {
            out.putObject("verification")
                    .put("record_type", "TXT")
                    .put("record_name", CHALLENGE_LABEL + definition.hostname())
                    .put("record_value", challenge);
        }
    }
}
