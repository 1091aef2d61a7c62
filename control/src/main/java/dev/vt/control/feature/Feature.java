package dev.vt.control.feature;

import dev.vt.control.http.Endpoint;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import io.helidon.webserver.http.HttpService;
import io.helidon.websocket.WsListener;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** One noun of the control plane: what it adds to the server. Everything but the name is optional. */
public interface Feature {
    /** Singular, snake case: names the OpenAPI fragment {@code api/openapi/<name>.yaml} and the event schemas. */
    String name();

    default List<Endpoint> endpoints() {
        return List.of();
    }

    /** Written in the transaction of each batch; in the order features are registered (S14). */
    default List<Projection> coreProjections() {
        return List.of();
    }

    /** Follow the log by checkpoint; may read any core view. */
    default List<Projection> derivedProjections() {
        return List.of();
    }

    /**
     * Adds the closed schemas of the events this feature writes (S2); by convention
     * {@code schemas.resource(AppFeature.class, "app.events.json")}, a resource beside the class.
     */
    default void registerEvents(EventSchemas.Builder schemas) {}

    /** What the master key has sealed, so that it is wrapped anew when the key changes. */
    default List<SealedRecords> sealedRecords() {
        return List.of();
    }

    default List<Reconciler> reconcilers() {
        return List.of();
    }

    /** OpenAPI fragments, without {@code .yaml}; none for a feature without endpoints. */
    default List<String> openApiFragments() {
        return endpoints().isEmpty() ? List.of() : List.of(name());
    }

    /** Other protocols on the HTTP port, by path prefix; they authenticate themselves. */
    default Map<String, HttpService> httpServices() {
        return Map.of();
    }

    /** WebSocket listeners by path pattern; they authenticate by their first frame (A16). */
    default Map<String, Supplier<WsListener>> webSockets() {
        return Map.of();
    }
}
