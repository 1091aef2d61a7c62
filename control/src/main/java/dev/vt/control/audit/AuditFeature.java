package dev.vt.control.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** The audit trail as a list. */
public final class AuditFeature implements Feature {
    private static final Set<String> FILTERS = Set.of("action", "actor_id", "decision", "resource");

    private final StateReader state;
    private final DenyAudits denials;

    public AuditFeature(StateReader state, DenyAudits denials) {
        this.state = state;
        this.denials = denials;
    }

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.list(
                        "audit.list", "/v1/orgs/{org_id}/audit", Access.org("audit:read"), FILTERS, this::listOfOrg),
                Endpoint.list("cluster.audit.list", "/v1/audit", Access.operator("cluster:read"), FILTERS, this::list));
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(AuditFeature.class, "audit.events.json");
    }

    @Override
    public List<Projection> derivedProjections() {
        return List.of(new AuditProjection());
    }

    @Override
    public List<Reconciler> reconcilers() {
        return List.of(denials);
    }

    private Reply listOfOrg(Call call) {
        return page(call, ListQuery.of("audit").in(call.org()));
    }

    private Reply list(Call call) {
        return page(call, ListQuery.of("audit"));
    }

    private Reply page(Call call, ListQuery query) {
        FILTERS.forEach(name -> query.filter(call, name));
        return state.read(handle -> query.page(call, handle, (row, context) -> json(row)));
    }

    private static ObjectNode json(ResultSet row) throws SQLException {
        ObjectNode out = Json.object()
                .put("id", row.getString("id"))
                .put("event_id", row.getLong("last_event_id"))
                .put("at", row.getString("at"))
                .put("actor_type", row.getString("actor_type"))
                .put("actor_id", row.getString("actor_id"))
                .put("request_id", row.getString("request_id"));
        if (row.getString("org_id") != null) {
            out.put("org_id", row.getString("org_id"));
        }
        out.setAll((ObjectNode) Json.parse(row.getString("payload")));
        return out;
    }
}
