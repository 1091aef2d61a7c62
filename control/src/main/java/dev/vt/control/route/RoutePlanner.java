package dev.vt.control.route;

import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.manifest.EffectiveManifest.RouteSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Pure: the routes a manifest asks for against those it made before. */
public final class RoutePlanner {
    private RoutePlanner() {}

    /**
     * @param managed the living routes of the environment that deploys made
     * @param wanted of the manifest
     * @return deletions first, so that what they free can be taken in the same batch; each kind by name
     */
    public static List<RouteAction> plan(List<Route> managed, List<RouteSpec> wanted) {
        Map<String, Route> old = new LinkedHashMap<>();
        managed.forEach(route -> old.put(identity(route.definition()), route));
        List<RouteAction> changes = new ArrayList<>();
        List<RouteAction> creations = new ArrayList<>();
        wanted.stream()
                .map(RoutePlanner::definition)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(definition -> {
                    Route existing = old.remove(identity(definition));
                    if (existing == null) {
                        creations.add(new RouteAction.Create(definition));
                    } else {
                        RouteDefinition kept = keeping(existing.definition(), definition);
                        if (!kept.equals(existing.definition())) {
                            changes.add(new RouteAction.Update(existing, kept));
                        }
                    }
                });
        List<RouteAction> all = new ArrayList<>();
        old.values().stream()
                .sorted((a, b) -> a.definition().name().compareTo(b.definition().name()))
                .forEach(route -> all.add(new RouteAction.Delete(route)));
        all.addAll(changes);
        all.addAll(creations);
        return all;
    }

    /** What cannot change in a route: another one is another route. */
    private static String identity(RouteDefinition route) {
        return route.kind() + " " + route.hostname() + " " + route.listenPort();
    }

    /** A manifest says nothing of TLVs, balance, limits and deletion: what somebody set there stays. */
    private static RouteDefinition keeping(RouteDefinition old, RouteDefinition wanted) {
        return new RouteDefinition(
                wanted.kind(),
                wanted.hostname(),
                wanted.listenPort(),
                wanted.target(),
                wanted.proxyProtocol(),
                wanted.backendExpectsProxyProtocol(),
                old.proxyTlvs(),
                wanted.ipv4(),
                wanted.allowNoSni(),
                old.balance(),
                old.maxConnections(),
                old.terminateOnDelete(),
                old.managedBy());
    }

    private static RouteDefinition definition(RouteSpec spec) {
        return new RouteDefinition(
                spec.kind(),
                spec.hostname(),
                spec.listenPort(),
                new Target(spec.process(), spec.port()),
                spec.proxyProtocol(),
                spec.backendExpectsProxyProtocol(),
                RouteDefinition.DEFAULT_TLVS,
                spec.ipv4(),
                spec.allowNoSni(),
                "round_robin",
                0,
                false,
                RouteDefinition.MANIFEST);
    }
}
