package dev.vt.control.route;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.eventlog.AggregateKey;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A route as the view shows it. */
public record Route(AggregateRow row, RouteDefinition definition) {
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
                        row.getString("managed_by")));
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
        return row.deleted() ? new RouteState.Gone() : new RouteState.Live(definition);
    }

    ObjectNode json() {
        ObjectNode out = row.json();
        out.setAll(RouteEventCodec.json(definition));
        return out;
    }
}
