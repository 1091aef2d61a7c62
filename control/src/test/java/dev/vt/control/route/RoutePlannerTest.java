package dev.vt.control.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.feature.AggregateRow;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.manifest.EffectiveManifest.RouteSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RoutePlannerTest {
    private static RouteSpec spec(String hostname, int listenPort, int port) {
        return new RouteSpec(hostname, listenPort, "web", port, "tls_passthrough", "off", false, "off", false);
    }

    private static Route route(String id, RouteDefinition definition) {
        AggregateRow row = new AggregateRow(id, "org_1", null, null, "env_1", 1, Instant.EPOCH, Instant.EPOCH, null, 1);
        return new Route(row, definition, null);
    }

    private static List<Route> applied(List<Route> routes, List<RouteAction> actions) {
        Map<String, Route> out = new LinkedHashMap<>();
        routes.forEach(route -> out.put(route.id(), route));
        for (RouteAction action : actions) {
            switch (action) {
                case RouteAction.Create(RouteDefinition definition) -> {
                    String id = "rt_" + definition.name();
                    out.put(id, route(id, definition));
                }
                case RouteAction.Update(Route old, RouteDefinition wanted) ->
                    out.put(old.id(), route(old.id(), wanted));
                case RouteAction.Delete(Route old) -> out.remove(old.id());
            }
        }
        return new ArrayList<>(out.values());
    }

    private static Map<String, Target> targets(List<Route> routes) {
        Map<String, Target> out = new TreeMap<>();
        routes.forEach(
                route -> out.put(route.definition().name(), route.definition().target()));
        return out;
    }

    @Property(tries = 200)
    void theRoutesBecomeEqualToTheListAndAreThenLeftAlone(@ForAll long seed) {
        Random random = new Random(seed);
        List<Route> routes = new ArrayList<>();
        for (int step = 0; step < 6; step++) {
            Map<String, RouteSpec> wanted = new TreeMap<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                RouteSpec spec = spec(
                        "h" + random.nextInt(4) + ".example.com",
                        random.nextBoolean() ? 443 : 8443,
                        random.nextInt(3) + 1);
                wanted.put(spec.hostname() + ":" + spec.listenPort(), spec);
            }
            List<RouteSpec> list = List.copyOf(wanted.values());

            routes = applied(routes, RoutePlanner.plan(routes, list));

            Map<String, Target> expected = new TreeMap<>();
            wanted.forEach((name, spec) -> expected.put(name, new Target("web", spec.port())));
            assertThat(targets(routes)).isEqualTo(expected);
            assertThat(RoutePlanner.plan(routes, list)).isEmpty();
        }
    }

    @Test
    void whatAManifestDoesNotSayStays() {
        RouteDefinition tuned = new RouteDefinition(
                "tls_passthrough",
                "a.example.com",
                443,
                new Target("web", 1),
                "off",
                false,
                List.of("crc32c"),
                "off",
                false,
                "least_connections",
                7,
                true,
                "manifest");

        List<RouteAction> actions =
                RoutePlanner.plan(List.of(route("rt_1", tuned)), List.of(spec("a.example.com", 443, 2)));

        assertThat(actions).singleElement().isInstanceOfSatisfying(RouteAction.Update.class, update -> {
            assertThat(update.wanted().proxyTlvs()).containsExactly("crc32c");
            assertThat(update.wanted().balance()).isEqualTo("least_connections");
            assertThat(update.wanted().maxConnections()).isEqualTo(7);
            assertThat(update.wanted().terminateOnDelete()).isTrue();
            assertThat(update.wanted().target().port()).isEqualTo(2);
        });
    }

    @Test
    void deletionsComeBeforeCreations() {
        RouteDefinition old = new RouteDefinition(
                "tls_passthrough",
                "z.example.com",
                443,
                new Target("web", 1),
                "off",
                false,
                List.of(),
                "off",
                false,
                "round_robin",
                0,
                false,
                "manifest");

        assertThat(RoutePlanner.plan(List.of(route("rt_1", old)), List.of(spec("a.example.com", 443, 1))))
                .extracting(action -> action.getClass().getSimpleName())
                .containsExactly("Delete", "Create");
    }
}
