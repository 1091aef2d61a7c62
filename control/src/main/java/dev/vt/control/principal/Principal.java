package dev.vt.control.principal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A service principal as the view shows it. */
record Principal(
        AggregateRow row,
        String name,
        String clientId,
        Set<String> scopes,
        @Nullable String resource) {
    Principal {
        scopes = Set.copyOf(scopes);
    }

    static Principal of(ResultSet row) throws SQLException {
        return new Principal(
                AggregateRow.of(row),
                row.getString("name"),
                row.getString("client_id"),
                Set.of(row.getString("scopes").split(" ")),
                row.getString("resource"));
    }

    String id() {
        return row.id();
    }

    AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("service_principal", id);
    }

    PrincipalState state() {
        return row.deleted() ? new PrincipalState.Gone() : new PrincipalState.Live(scopes, resource);
    }

    ObjectNode json() {
        ObjectNode out = row.json().put("name", name).put("client_id", clientId);
        ArrayNode list = out.putArray("scopes");
        new TreeSet<>(scopes).forEach(list::add);
        return out.put("resource", resource);
    }
}
