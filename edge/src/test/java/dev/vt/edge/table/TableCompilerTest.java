package dev.vt.edge.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.api.edge.EdgeTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TableCompilerTest {
    private final LiveState live = new LiveState();
    private final TableCompiler compiler = new TableCompiler(Tables.EDGE, Tables.CLUSTER, live);

    @Test
    void namesAreFoundByPortAndRawPortsHaveOneRoute() {
        RoutingTable table = compiler.compile(Tables.revision(7)
                .tls("rt_a", "a.example", 443, 1)
                .tls("rt_b", "b.example", 443, 2)
                .tls("rt_c", "a.example", 8443, 3)
                .tcp("rt_d", 5432, 4)
                .build());
        assertThat(table.revision()).isEqualTo(7);
        assertThat(((PortTable.Tls) port(table, 443)).byName().keySet())
                .containsExactlyInAnyOrder("a.example", "b.example");
        assertThat(((PortTable.Tcp) port(table, 5432)).route().id()).isEqualTo("rt_d");
    }

    @Test
    void t5OnlyASingleRouteThatAllowsItTakesHellosWithoutAName() {
        assertThat(withoutName(tls("rt_a", "a.example", true))).isTrue();
        assertThat(withoutName(tls("rt_a", "a.example", false))).isFalse();
        assertThat(withoutName(tls("rt_a", "a.example", true).tls("rt_b", "b.example", 443)))
                .isFalse();
    }

    @Test
    void c2InvalidTablesAreRefusedWhole() {
        for (Tables bad : List.of(
                tls("rt_a", "a.example", false).tls("rt_b", "a.example", 443),
                tls("rt_a", "a.example", false).tls("rt_a", "b.example", 443),
                tls("rt_a", "a.example", false).tcp("rt_b", 443),
                Tables.revision(1).tcp("rt_a", 80).tcp("rt_b", 80),
                Tables.revision(1).tcp("rt_a", 0),
                Tables.revision(1).tcp("rt_a", 65536),
                Tables.revision(1).tls("rt_a", "", 443),
                Tables.revision(1).tls("rt_a", "A.example", 443),
                Tables.revision(1).tls("rt_a", "a.example.", 443),
                Tables.revision(1).tcp("rt_a", 80, 0),
                Tables.revision(1)
                        .route("rt_a", "http_terminate", "a.example", 443, "off", List.of(), false, "round_robin"),
                Tables.revision(1).route("rt_a", "tcp_raw", "", 80, "v1", List.of(), false, "round_robin"),
                Tables.revision(1).route("rt_a", "tcp_raw", "", 80, "v2", List.of("ssl"), false, "round_robin"),
                Tables.revision(1).route("rt_a", "tcp_raw", "", 80, "off", List.of(), false, "random"))) {
            assertThatThrownBy(() -> compiler.compile(bad.build())).isInstanceOf(InvalidTableException.class);
        }
        EdgeTable foreign = new EdgeTable("cls_other", 1, List.of());
        assertThatThrownBy(() -> compiler.compile(foreign)).isInstanceOf(InvalidTableException.class);
    }

    @Test
    void settingsByWhichNoEdgeCanWorkAreRefusedC2() {
        EdgeTable.Settings bad = new EdgeTable.Settings(
                null, 1 << 15, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
        assertThatThrownBy(
                        () -> compiler.compile(Tables.revision(1).settings(bad).build()))
                .isInstanceOf(InvalidTableException.class)
                .hasMessageContaining("max_sniff_bytes");
        assertThatThrownBy(() -> compiler.compile(
                        Tables.revision(1).tcp("rt_a", 80, 1).last(0, false).build()))
                .isInstanceOf(InvalidTableException.class)
                .hasMessageContaining("max_connections");
    }

    @Test
    void b4HowManyFailuresEjectIsConfigured() {
        Route route = tcpRoute("round_robin", 4);
        Backend backend = route.backends().getFirst();
        Ejection once = new Ejection(1, Duration.ofSeconds(1), Duration.ofSeconds(3));
        long now = TimeUnit.HOURS.toNanos(1);

        for (long seconds : new long[] {1, 2, 3, 3}) {
            route.connectFailed(backend, now, once);

            assertThat(backend.state().isEjected(now + TimeUnit.SECONDS.toNanos(seconds) - 1))
                    .isTrue();
            now += TimeUnit.SECONDS.toNanos(seconds);
            assertThat(backend.state().isEjected(now)).isFalse();
        }
    }

    @Property(tries = 200)
    void b2ConnectionsOverBackendsDifferByAtMostOne(
            @ForAll @IntRange(min = 1, max = 9) int backends, @ForAll @IntRange(min = 0, max = 200) int connections) {
        Route route = tcpRoute("round_robin", backends);
        Map<String, Integer> counts = new HashMap<>();
        route.backends().forEach(backend -> counts.put(backend.instanceId(), 0));
        for (int i = 0; i < connections; i++) {
            counts.merge(route.candidates(0, 3).getFirst().instanceId(), 1, Integer::sum);
        }
        int max = counts.values().stream().mapToInt(i -> i).max().orElse(0);
        int min = counts.values().stream().mapToInt(i -> i).min().orElse(0);
        assertThat(max - min).isLessThanOrEqualTo(1);
    }

    @Test
    void b2TurnGoesOnOverANewTable() {
        Route one = tcpRoute("round_robin", 3);
        Backend first = one.candidates(0, 1).getFirst();
        Route two = tcpRoute("round_robin", 3);
        assertThat(two.candidates(0, 1).getFirst()).isNotEqualTo(first);
    }

    @Test
    void b3CandidatesAreDifferentBackends() {
        assertThat(tcpRoute("round_robin", 5).candidates(0, 3)).hasSize(3).doesNotHaveDuplicates();
        assertThat(tcpRoute("round_robin", 1).candidates(0, 3)).hasSize(1);
        assertThat(tcpRoute("round_robin", 0).candidates(0, 3)).isEmpty();
    }

    @Test
    void b2LeastConnectionsPrefersTheIdlest() {
        Route route = tcpRoute("least_connections", 3);
        route.backends().get(0).state().opened();
        route.backends().get(2).state().opened();
        for (int i = 0; i < 5; i++) {
            assertThat(route.candidates(0, 1).getFirst())
                    .isEqualTo(route.backends().get(1));
        }
    }

    @Test
    void b4ThreeFailuresEjectAndNeverMoreThanHalfOfTheSet() {
        Route route = tcpRoute("round_robin", 4);
        long now = TimeUnit.HOURS.toNanos(1);
        for (Backend backend : route.backends()) {
            for (int i = 0; i < 3; i++) {
                route.connectFailed(backend, now, Ejection.STANDARD);
            }
        }
        assertThat(route.backends().stream().filter(b -> b.state().isEjected(now)))
                .hasSize(2);
        assertThat(IntStream.range(0, 20)
                        .mapToObj(i -> route.candidates(now, 1).getFirst())
                        .filter(b -> b.state().isEjected(now)))
                .isEmpty();
        Backend ejected = route.backends().getFirst();
        assertThat(ejected.state().isEjected(now + TimeUnit.SECONDS.toNanos(6))).isFalse();
        long later = now + TimeUnit.SECONDS.toNanos(6);
        for (int i = 0; i < 3; i++) {
            route.connectFailed(ejected, later, Ejection.STANDARD);
        }
        assertThat(ejected.state().isEjected(later + TimeUnit.SECONDS.toNanos(9)))
                .isTrue();
        ejected.state().connected();
        assertThat(ejected.state().isEjected(later)).isFalse();
    }

    @Test
    void b4FailuresFarApartDoNotEject() {
        Route route = tcpRoute("round_robin", 4);
        Backend backend = route.backends().getFirst();
        for (int i = 0; i < 10; i++) {
            route.connectFailed(backend, TimeUnit.SECONDS.toNanos(6L * i), Ejection.STANDARD);
            assertThat(backend.state().isEjected(TimeUnit.SECONDS.toNanos(6L * i)))
                    .isFalse();
        }
    }

    private Route tcpRoute(String balance, int backends) {
        Integer[] ports = IntStream.rangeClosed(1, backends).boxed().toArray(Integer[]::new);
        RoutingTable table = compiler.compile(Tables.revision(1)
                .route("rt_x", "tcp_raw", "", 80, "off", List.of(), false, balance, ports)
                .build());
        return ((PortTable.Tcp) port(table, 80)).route();
    }

    private static Tables tls(String id, String hostname, boolean allowNoSni) {
        return Tables.revision(1)
                .route(id, "tls_passthrough", hostname, 443, "off", List.of(), allowNoSni, "round_robin");
    }

    private boolean withoutName(Tables tables) {
        return ((PortTable.Tls) port(compiler.compile(tables.build()), 443))
                .withoutName()
                .isPresent();
    }

    private static PortTable port(RoutingTable table, int port) {
        return Objects.requireNonNull(table.port(port));
    }
}
