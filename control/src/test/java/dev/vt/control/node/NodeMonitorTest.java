package dev.vt.control.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.cluster.ClusterFeature;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.config.ConfigDocuments;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.node.NodeState.Health;
import dev.vt.control.server.ControlStore;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestBatch;
import dev.vt.testkit.TestLog;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NodeMonitorTest {
    @RegisterExtension
    final TestLog log = TestLog.of(
            ProjectionSet.core(new NodeProjection()),
            EventSchemas.builder()
                    .resource(NodeFeature.class, "node.events.json")
                    .resource(ClusterFeature.class, "cluster.events.json")
                    .build());

    private final ControlStore store = new ControlStore();
    private final Set<String> connected = new HashSet<>();
    private ClusterConfig.Detection detection = ClusterConfig.DEFAULT.detection();
    private Nodes nodes;
    private Heartbeats heartbeats;
    private NodeConditions conditions;
    private NodeMonitor monitor;

    @BeforeEach
    void open() {
        store.open(log::store);
        log.append(log.batch()
                .event(
                        "cluster",
                        log.ids().next("cls"),
                        "cluster.leader_changed",
                        Json.object().put("server_id", log.ids().next("srv")).put("epoch", 1)));
        nodes = new Nodes(
                store, new SystemMutations(log.store().log(), () -> OptionalLong.of(1), log.clock(), log.ids()));
        heartbeats = new Heartbeats(log.clock(), () -> detection);
        conditions = new NodeConditions(log.clock(), heartbeats, () -> detection);
        monitor = new NodeMonitor(nodes, heartbeats, conditions, connected::contains, () -> detection);
    }

    /** An active node that was heard just now. */
    private String node(int ordinal) {
        String id = log.ids().next("node");
        TestBatch batch = log.batch();
        NodeEvent.Enrolled enrolled = new NodeEvent.Enrolled(
                "node-" + ordinal,
                "etk_1",
                Map.of(),
                null,
                "00",
                OverlayAddresses.node("fd00:1:2::/48", ordinal),
                List.of(),
                Inventories.parse(Json.bytes(Json.object()
                        .put("cpu_millis", 1000)
                        .put("memory_bytes", 1L << 33)
                        .put("disk_bytes", 1)
                        .put("arch", "amd64")
                        .put("kvm", false)
                        .set("drivers", Json.array()))),
                "1");
        NewEvent event = Nodes.encode(id, enrolled);
        log.append(batch.event(event));
        nodes.confirm(id);
        connected.add(id);
        beat(id);
        return id;
    }

    private void beat(String id) {
        heartbeats.heartbeat(id, log.clock().instant(), 0, Json.object());
    }

    private Health after(String id, Duration silence) {
        log.clock().advance(silence);
        monitor.reconcile();
        return nodes.find(id).orElseThrow().health();
    }

    @Test
    void silenceMakesANodeSuspectAndThenOfflineD2() {
        String id = node(1);
        connected.remove(id);

        assertThat(after(id, Duration.ofMillis(14_999))).isEqualTo(Health.ONLINE);
        assertThat(after(id, Duration.ofMillis(1))).isEqualTo(Health.SUSPECT);
        assertThat(after(id, Duration.ofSeconds(44))).isEqualTo(Health.SUSPECT);
        assertThat(after(id, Duration.ofSeconds(1))).isEqualTo(Health.OFFLINE);
        // enrolled, confirmed, suspect, offline: one event per change
        assertThat(nodes.find(id).orElseThrow().row().resourceVersion()).isEqualTo(4);
    }

    @Test
    void theTimesAreThoseOfTheConfigurationInForceC4() {
        String id = node(1);
        connected.remove(id);
        assertThat(after(id, Duration.ofSeconds(10))).isEqualTo(Health.ONLINE);

        detection = ConfigDocuments.of("""
                        {"detection": {"suspect_after_seconds": 8, "offline_after_seconds": 40}}""").detection();

        assertThat(after(id, Duration.ZERO)).isEqualTo(Health.SUSPECT);
        assertThat(after(id, Duration.ofSeconds(29))).isEqualTo(Health.SUSPECT);
        assertThat(after(id, Duration.ofSeconds(1))).isEqualTo(Health.OFFLINE);
    }

    @Test
    void offlineNeedsASecondSignalD2() {
        String id = node(1);
        assertThat(after(id, Duration.ofSeconds(90))).isEqualTo(Health.SUSPECT);
    }

    @Test
    void aNodeReturnsAfterThreeHeartbeatsD2() {
        String id = node(1);
        after(id, Duration.ofSeconds(20));
        for (int heartbeats = 1; heartbeats <= 3; heartbeats++) {
            assertThat(after(id, Duration.ZERO)).isEqualTo(Health.SUSPECT);
            log.clock().advance(Duration.ofSeconds(5));
            beat(id);
        }
        assertThat(after(id, Duration.ZERO)).isEqualTo(Health.ONLINE);
    }

    @Test
    void aNewLeaderGivesEveryNodeAFreshMinuteK4() {
        String id = node(1);
        log.clock().advance(Duration.ofHours(1));
        heartbeats = new Heartbeats(log.clock(), () -> detection);
        conditions = new NodeConditions(log.clock(), heartbeats, () -> detection);
        monitor = new NodeMonitor(nodes, heartbeats, conditions, connected::contains, () -> detection);
        connected.remove(id);

        assertThat(after(id, Duration.ofSeconds(14))).isEqualTo(Health.ONLINE);
        assertThat(after(id, Duration.ofSeconds(30))).isEqualTo(Health.SUSPECT);
        assertThat(after(id, Duration.ofSeconds(16))).isEqualTo(Health.OFFLINE);
    }

    @Test
    void ifMostNodesFallSilentNobodyIsGivenUpD3() {
        List<String> all = List.of(node(1), node(2), node(3));
        connected.clear();
        log.clock().advance(Duration.ofSeconds(70));
        beat(all.get(2));
        monitor.reconcile();

        assertThat(conditions.massSuspicion()).isTrue();
        assertThat(nodes.find(all.get(0)).orElseThrow().health()).isEqualTo(Health.SUSPECT);
        assertThat(nodes.find(all.get(1)).orElseThrow().health()).isEqualTo(Health.SUSPECT);
        assertThat(nodes.find(all.get(2)).orElseThrow().health()).isEqualTo(Health.ONLINE);
    }

    @Test
    void threeChangesInTenMinutesAreFlappingD4() {
        String id = node(1);
        for (int i = 0; i < 3; i++) {
            conditions.changed(id);
        }
        assertThat(conditions.flapping(id)).isTrue();
        log.clock().advance(Duration.ofMinutes(10));
        assertThat(conditions.flapping(id)).isFalse();
    }

    @Test
    void aClockThatIsOffByMoreThanFiveSecondsIsSkewD7() {
        String id = node(1);
        assertThat(conditions.clockSkew(id)).isFalse();
        heartbeats.heartbeat(id, log.clock().instant().minusSeconds(6), 0, Json.object());
        assertThat(conditions.clockSkew(id)).isTrue();
    }
}
