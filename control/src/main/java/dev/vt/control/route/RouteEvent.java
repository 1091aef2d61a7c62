package dev.vt.control.route;

import dev.vt.control.route.RouteDefinition.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to a route (state.md §3). */
sealed interface RouteEvent {
    /** @param challenge what must be in the DNS before the route is served (R2); null: it is served at once */
    record Created(RouteDefinition definition, @Nullable String challenge) implements RouteEvent {}

    /** The challenge was found. */
    record Verified() implements RouteEvent {}

    /** Null means unchanged; at least one is not. */
    record Updated(
            @Nullable Target target,
            @Nullable String proxyProtocol,
            @Nullable Boolean backendExpectsProxyProtocol,
            @Nullable List<String> proxyTlvs,
            @Nullable String ipv4,
            @Nullable Boolean allowNoSni,
            @Nullable String balance,
            @Nullable Integer maxConnections,
            @Nullable Boolean terminateOnDelete)
            implements RouteEvent {}

    record Deleted() implements RouteEvent {}
}
