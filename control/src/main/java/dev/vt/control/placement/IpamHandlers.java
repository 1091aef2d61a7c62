package dev.vt.control.placement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;

/** HTTP: who has or had which overlay address (network.md A9), for operators. */
final class IpamHandlers {
    /** An address that nobody may have to wait for is free, and not listed. */
    private static final String ADDRESSES =
            "(SELECT address AS id, * FROM ipam WHERE released_at IS NULL OR cooldown_until > :now) AS addresses";

    private final StateReader state;
    private final Clock clock;

    IpamHandlers(StateReader state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.list(
                "ipam.list",
                "/v1/ipam",
                Access.operator("cluster:read"),
                Set.of("org_id", "env_id", "node_id", "owner_id"),
                this::list));
    }

    private Reply list(Call call) {
        Instant now = clock.instant();
        return state.read(handle -> ListQuery.of(ADDRESSES)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .filter(call, "org_id")
                .filter(call, "env_id")
                .filter(call, "node_id")
                .filter(call, "owner_id")
                .page(call, handle, (row, context) -> json(row)));
    }

    private static ObjectNode json(ResultSet row) throws SQLException {
        Instant released = AggregateRow.nullableInstant(row, "released_at");
        ObjectNode out = Json.object()
                .put("id", row.getString("address"))
                .put("address", row.getString("address"))
                .put("state", released == null ? "allocated" : "cooldown")
                .put("org_id", row.getString("org_id"))
                .put("env_id", row.getString("env_id"))
                .put("owner_type", row.getString("owner_type"))
                .put("owner_id", row.getString("owner_id"))
                .put("node_id", row.getString("node_id"))
                .put("allocated_at", AggregateRow.instant(row, "allocated_at").toString());
        Instant cooldown = AggregateRow.nullableInstant(row, "cooldown_until");
        return out.put("released_at", released == null ? null : released.toString())
                .put("cooldown_until", cooldown == null ? null : cooldown.toString());
    }
}
