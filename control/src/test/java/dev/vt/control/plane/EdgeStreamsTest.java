package dev.vt.control.plane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.proto.EdgeApplied;
import dev.vt.api.proto.EdgeHeartbeat;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.RouteStatus;
import dev.vt.api.proto.ToEdge;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EdgeStreamsTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private static final AtomicInteger NAMES = new AtomicInteger();

    private static TestMember edge() {
        return TestMember.enrolled(server, "edge", "edge-" + NAMES.incrementAndGet());
    }

    private static JsonNode shown(TestMember edge) {
        return server.operator().get("/v1/edges/" + edge.id()).json();
    }

    private static EdgeTable table(TestStream<FromEdge, ToEdge> stream) {
        return Json.read(stream.next().getTableJson().toByteArray(), EdgeTable.class);
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void anEdgeGetsTheWholeTableFirst() {
        try (TestMember edge = edge()) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            EdgeTable table = table(stream);
            assertThat(table.clusterId()).isEqualTo(edge.identity().getClusterId());
            assertThat(table.revision()).isPositive();
            assertThat(shown(edge).path("connected").asBoolean()).isTrue();
            stream.finish();
            await("the end", () -> !shown(edge).path("connected").asBoolean());
        }
    }

    @Test
    void aChangeOfTheConfigurationReachesAConnectedEdge() {
        try (TestMember edge = edge()) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            EdgeTable.Settings before = Objects.requireNonNull(table(stream).settings());
            assertThat(before.sniffTimeoutMs()).isEqualTo(200);
            assertThat(before.maxConnectionsPerClient()).isEqualTo(1000);
            ObjectNode document = Json.object();
            document.putObject("document")
                    .putObject("edge")
                    .put("sniff_timeout_ms", 350)
                    .put("drain_seconds", 0);

            assertThat(server.operator()
                            .ifMatch(0)
                            .put("/v1/cluster/config", document)
                            .status())
                    .isEqualTo(200);

            EdgeTable.Settings after = Objects.requireNonNull(table(stream).settings());
            assertThat(after.sniffTimeoutMs()).isEqualTo(350);
            assertThat(after.drainSeconds()).isZero();
            assertThat(after.maxConnectionsPerClient()).isEqualTo(1000);
        }
    }

    /** C5: routes that go because the edge is not to serve were not deleted. */
    @Test
    void anEdgeThatIsDisabledIsToldThatItsRoutesAreWithdrawn() {
        try (TestMember edge = edge()) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            assertThat(table(stream).withdrawn()).isNull();

            server.operator().post("/v1/edges/" + edge.id() + "/disable", Json.object());

            assertThat(table(stream).withdrawn()).isTrue();
        }
    }

    @Test
    void theRevisionInForceIsShown() {
        try (TestMember edge = edge()) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            long revision = table(stream).revision();
            stream.send(FromEdge.newBuilder()
                    .setApplied(EdgeApplied.newBuilder().setRevision(revision))
                    .build());
            await("applied", () -> shown(edge).path("revision").asLong() == revision);
            stream.send(FromEdge.newBuilder()
                    .setHeartbeat(EdgeHeartbeat.newBuilder().setRevision(revision + 1))
                    .build());
            await("heartbeat", () -> shown(edge).path("revision").asLong() == revision + 1);
        }
    }

    @Test
    void aRouteStatusIsAppendedOncePerChange() {
        try (TestMember edge = edge()) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            table(stream);
            for (String status : new String[] {"bound", "bound", "failed", "failed", "bound"}) {
                stream.send(FromEdge.newBuilder()
                        .setRouteStatus(RouteStatus.newBuilder()
                                .setRouteId("rt_1")
                                .setStatus(status)
                                .setReasonCode(status.equals("failed") ? "bind_failed" : ""))
                        .build());
            }
            // enrolled and three changes
            await("changes", () -> shown(edge).path("resource_version").asInt() == 4);
        }
    }

    @Test
    void aRejectedTableIsRememberedUntilOneIsTaken() {
        try (TestMember edge = edge()) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            long revision = table(stream).revision();
            stream.send(FromEdge.newBuilder()
                    .setApplied(EdgeApplied.newBuilder().setRevision(revision).setRejectedReason("duplicate_route"))
                    .build());
            await("rejected", () -> shown(edge).path("rejected_reason").asText().equals("duplicate_route"));
            stream.send(FromEdge.newBuilder()
                    .setRouteStatus(RouteStatus.newBuilder().setRouteId("rt_2").setStatus("bound"))
                    .build());
            await("taken", () -> shown(edge).path("rejected_reason").isNull());
        }
    }

    @Test
    void aRevokedEdgeLosesItsStreamSc8() {
        try (TestMember edge = edge()) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            table(stream);
            server.operator().post("/v1/edges/" + edge.id() + "/revoke", Json.object());
            assertThat(stream.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(edge.follow().end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }
}
