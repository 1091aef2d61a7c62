package dev.vt.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.control.feature.SystemMutations;
import dev.vt.control.server.ControlStore;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestBatch;
import dev.vt.testkit.TestLog;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** S25: a new type or version is written only at its level, and the level rises when everybody understands it. */
class FeatureLevelTest {
    private static final EventSchemas SCHEMAS = EventSchemas.builder()
            .resource(ClusterFeature.class, "cluster.events.json")
            .document(Json.parse("""
                    {"$levels": {"gadget.made@2": 2, "gadget.melted@1": 3},
                     "gadget.made@1": {"type": "object"},
                     "gadget.made@2": {"type": "object", "properties": {"colour": {"type": "string"}}},
                     "gadget.melted@1": {"type": "object"}}"""))
            .upcast("gadget.made", 1, payload -> payload.put("colour", "grey"))
            .build();

    @RegisterExtension
    final TestLog log = TestLog.of(ProjectionSet.core(new ClusterProjection(), new ServerProjection()), SCHEMAS);

    private final ControlStore store = new ControlStore();
    private final String server = "srv_00000000000000000000000001";

    private FeatureLevelReconciler reconciler(int supported) {
        Clusters clusters = new Clusters(store);
        return new FeatureLevelReconciler(
                store,
                clusters,
                new SystemMutations(store, () -> OptionalLong.of(1), log.clock(), log.ids()),
                supported);
    }

    private void found() {
        store.open(SCHEMAS, log::store);
        String cluster = "cls_00000000000000000000000001";
        log.append(log.batch()
                .event(
                        "cluster",
                        cluster,
                        "cluster.created",
                        Json.object()
                                .put("name", "vt")
                                .put("ipv6_prefix", "fd00::/48")
                                .put("feature_level", 1))
                .event("server", server, "server.joined", joined("a"))
                .event(
                        "cluster",
                        cluster,
                        "cluster.leader_changed",
                        Json.object().put("server_id", server).put("epoch", 1)));
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode joined(String name) {
        var out = Json.object().put("name", name).put("version", "1");
        out.putArray("addresses");
        return out;
    }

    private TestBatch made(int version) {
        return log.batch()
                .event(new dev.vt.eventlog.NewEvent(
                        new dev.vt.eventlog.AggregateKey("gadget", log.ids().next("gad")),
                        "gadget.made",
                        version,
                        dev.vt.eventlog.Owner.NONE,
                        Json.object(),
                        null,
                        null));
    }

    @Test
    void aVersionIsWrittenOnlyAtItsLevel_S25() {
        found();
        assertThat(store.append(made(1).build())).isInstanceOf(AppendResult.Applied.class);
        assertThatThrownBy(() -> store.append(made(2).build()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("feature level 2");

        assertThat(reconciler(2).reconcile().changed()).isEqualTo(1);

        assertThat(store.featureLevel()).isEqualTo(2);
        assertThat(store.append(made(2).build())).isInstanceOf(AppendResult.Applied.class);
        assertThatThrownBy(() -> store.append(log.batch()
                        .event("gadget", log.ids().next("gad"), "gadget.melted", Json.object())
                        .build()))
                .hasMessageContaining("feature level 3");
    }

    @Test
    void theLevelRisesByOneAndNeverFalls_S25() {
        found();
        reconciler(3).reconcile();
        assertThat(store.featureLevel()).isEqualTo(2);
        reconciler(3).reconcile();
        assertThat(store.featureLevel()).isEqualTo(3);
        assertThat(reconciler(3).reconcile().changed()).isZero();
        assertThat(reconciler(1).reconcile().changed()).isZero();
        assertThat(store.featureLevel()).isEqualTo(3);
    }

    @Test
    void oneServerThatDoesNotUnderstandHoldsAllBack_S25() {
        found();
        log.append(log.batch().event("server", "srv_00000000000000000000000002", "server.joined", joined("b")));
        assertThat(reconciler(2).reconcile().changed()).isZero();
        log.append(log.batch()
                .event(
                        "server",
                        "srv_00000000000000000000000002",
                        "server.left",
                        Json.object().put("reason", "removed")));
        assertThat(reconciler(2).reconcile().changed()).isEqualTo(1);
        assertThat(FeatureLevelReconciler.next(1, List.of(2, 3))).isEqualTo(OptionalInt.of(2));
        assertThat(FeatureLevelReconciler.next(2, List.of(2, 3))).isEmpty();
        assertThat(FeatureLevelReconciler.next(1, List.of())).isEmpty();
    }
}
