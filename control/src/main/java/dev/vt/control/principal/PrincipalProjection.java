package dev.vt.control.principal;

import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code service_principal.*} → the core view {@code service_principals}. */
final class PrincipalProjection implements Projection {
    private static final AggregateTable TABLE = AggregateTable.of(
                    "service_principals",
                    "name text COLLATE \"C\" NOT NULL",
                    "client_id text COLLATE \"C\" NOT NULL",
                    "scopes text COLLATE \"C\" NOT NULL",
                    "resource text COLLATE \"C\"")
            .indexedBy("client_id")
            .indexedBy("org_id, id");

    @Override
    public String name() {
        return "service_principals";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return TABLE.ddl();
    }

    @Override
    public List<ViewTable> tables() {
        return List.of(TABLE.view());
    }

    @Override
    public boolean handles(String eventType) {
        return eventType.startsWith("service_principal.");
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        switch (PrincipalEventCodec.parse(event.type(), event.payload())) {
            case PrincipalEvent.Created(var name, var clientId, var scopes, var resource) -> {
                Map<String, @Nullable Object> values = new TreeMap<>();
                values.put("name", name);
                values.put("client_id", clientId);
                values.put("scopes", String.join(" ", scopes));
                values.put("resource", resource);
                TABLE.insert(tx, event, values);
            }
            case PrincipalEvent.ScopesUpdated(var scopes, var resource) -> {
                Map<String, @Nullable Object> values = new TreeMap<>();
                values.put("scopes", String.join(" ", scopes));
                values.put("resource", resource);
                TABLE.update(tx, event, values);
            }
            case PrincipalEvent.SecretRotated rotated -> TABLE.update(tx, event, Map.of());
            case PrincipalEvent.Deleted() -> TABLE.delete(tx, event);
        }
    }
}
