package dev.vt.control.route;

import dev.vt.control.route.RouteDefinition.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to a route (state.md §3). */
sealed interface RouteEvent {
    record Created(RouteDefinition definition) implements RouteEvent {}

    /** Null means unchanged; at least one is not. */
    record Updated(
            @Nullable Target target,
            @Nullable String proxyProtocol,
            @Nullable Boolean backendExpectsProxyProtocol,
            @Nullable List<String> proxyTlvs,
            @Nullable String ipv4,
            @Nullable Boolean allowNoSni,
            @Nullable String balance)
            implements RouteEvent {}

    record Deleted() implements RouteEvent {}
}
