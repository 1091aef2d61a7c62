package dev.vt.control.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.vt.api.node.Inventory;
import dev.vt.api.node.NodePlan;
import dev.vt.api.proto.FetchSecretsRequest;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.Ping;
import dev.vt.api.proto.RegistryCredentialsRequest;
import dev.vt.api.proto.ToNode;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NodeStreamsTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private static final AtomicInteger NAMES = new AtomicInteger();

    private static TestMember node() {
        return TestMember.enrolled(server, "node", "node-" + NAMES.incrementAndGet());
    }

    private static JsonNode shown(TestMember node) {
        return server.operator().get("/v1/nodes/" + node.id()).json();
    }

    private static NodePlan plan(TestStream<FromNode, ToNode> link) {
        ToNode message = link.next();
        assertThat(message.hasPlan()).as(message.toString()).isTrue();
        return Json.read(message.getPlan().getPlanJson().toByteArray(), NodePlan.class);
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void theFirstHelloActivatesTheNodeAndIsAnsweredWithAPlan() {
        try (TestMember node = node()) {
            TestStream<FromNode, ToNode> link = node.hello();
            NodePlan plan = plan(link);

            assertThat(plan.specVersion()).isEqualTo("v1");
            assertThat(plan.nodeId()).isEqualTo(node.id());
            assertThat(plan.clusterId()).isEqualTo(node.identity().getClusterId());
            assertThat(plan.instances()).isEmpty();
            assertThat(plan.cursorEventId()).isPositive();
            JsonNode shown = shown(node);
            assertThat(shown.path("state").asText()).isEqualTo("active");
            assertThat(shown.path("health").asText()).isEqualTo("online");
            assertThat(shown.path("connected").asBoolean()).isTrue();
        }
    }

    @Test
    void whatTheHeartbeatSaysIsShownWithItsTimeS4() {
        try (TestMember node = node()) {
            TestStream<FromNode, ToNode> link = node.hello();
            plan(link);
            link.send(TestMember.heartbeat());
            await("the heartbeat", () -> shown(node).at("/observed/phases").isObject());
            assertThat(shown(node).path("observed_at").asText()).endsWith("Z");
        }
    }

    @Test
    void aNodeThatEndsItsStreamIsNotConnected() {
        try (TestMember node = node()) {
            TestStream<FromNode, ToNode> link = node.hello();
            plan(link);
            link.finish();
            assertThat(link.end().isOk()).isTrue();
            await("the end", () -> !shown(node).path("connected").asBoolean());
        }
    }

    @Test
    void aChangedInventoryIsAppendedOnce() {
        try (TestMember node = node()) {
            Inventory more = new Inventory(4000, 16L << 30, 1, "amd64", true, List.of());
            for (int i = 0; i < 2; i++) {
                TestStream<FromNode, ToNode> link = node.link();
                link.send(FromNode.newBuilder()
                        .setHello(TestMember.helloMessage(node.id(), "").toBuilder()
                                .setAgentVersion("0.2.0")
                                .setInventoryJson(ByteString.copyFrom(Json.bytes(more))))
                        .build());
                plan(link);
                link.finish();
                link.end();
            }
            JsonNode shown = shown(node);
            assertThat(shown.at("/inventory/memory_bytes").asLong()).isEqualTo(16L << 30);
            assertThat(shown.at("/allocatable/cpu_millis").asInt()).isEqualTo(4000);
            assertThat(shown.path("agent_version").asText()).isEqualTo("0.2.0");
            // enrolled, state_changed, capacity_updated, upgraded
            assertThat(shown.path("resource_version").asInt()).isEqualTo(4);
        }
    }

    @Test
    void helloComesFirstAndNamesTheCertificatesNode() {
        try (TestMember node = node();
                TestMember other = node()) {
            TestStream<FromNode, ToNode> silent = node.link();
            silent.send(TestMember.heartbeat());
            assertThat(silent.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);

            TestStream<FromNode, ToNode> foreign = node.link();
            foreign.send(FromNode.newBuilder()
                    .setHello(TestMember.helloMessage(other.id(), ""))
                    .build());
            assertThat(foreign.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void theNewerStreamOfOneMachineReplacesTheOlder() {
        try (TestMember node = node()) {
            TestStream<FromNode, ToNode> older = node.hello();
            plan(older);
            TestStream<FromNode, ToNode> newer = node.hello();
            plan(newer);
            assertThat(older.end().getCode()).isEqualTo(Status.Code.ABORTED);
            assertThat(newer.isOpen()).isTrue();
            assertThat(shown(node).path("connected").asBoolean()).isTrue();
        }
    }

    @Test
    void ofTwoMachinesWithOneCertificateTheNewerIsRefusedSc9() {
        try (TestMember node = node()) {
            TestStream<FromNode, ToNode> first = node.hello("boot-1");
            plan(first);
            TestStream<FromNode, ToNode> copy = node.hello("boot-2");
            Status refused = copy.end();
            assertThat(refused.getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
            assertThat(refused.getDescription()).startsWith("node_duplicate");
            assertThat(first.isOpen()).isTrue();
        }
    }

    @Test
    void aRevokedNodeLosesItsStreamAndStaysOutSc8() {
        try (TestMember node = node()) {
            TestStream<FromNode, ToNode> link = node.hello();
            plan(link);
            server.operator()
                    .post("/v1/nodes/" + node.id() + "/revoke", Json.object().put("reason", "stolen"));

            assertThat(link.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(node.hello().end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> node.node().fetchSecrets(FetchSecretsRequest.getDefaultInstance()));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void aCertificateOfTheOtherKindIsRefusedSc10() {
        try (TestMember node = node();
                TestMember edge = TestMember.enrolled(server, "edge", "edge-" + NAMES.incrementAndGet())) {
            assertThat(node.follow().end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(edge.hello().end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void secretsOfAnInstanceThatIsNotThereAreRefusedSe4() {
        try (TestMember node = node()) {
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> node.node()
                            .fetchSecrets(FetchSecretsRequest.newBuilder()
                                    .setInstanceId("inst_00000000000000000000000000")
                                    .setVersionId("sv_00000000000000000000000000")
                                    .build()));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void aForeignRegistryGetsNoCredentials() {
        try (TestMember node = node()) {
            assertThat(node.node()
                            .registryCredentials(RegistryCredentialsRequest.newBuilder()
                                    .setRegistryHost("registry.example")
                                    .setRepository("library/nginx")
                                    .build())
                            .getBearerToken())
                    .isEmpty();
        }
    }

    @Test
    void aMessageReachesItsNodeAndNoOther() {
        try (TestMember node = node()) {
            TestStream<FromNode, ToNode> link = node.hello();
            plan(link);
            NodeLinks links = server.control().nodeLinks();
            ToNode ping = ToNode.newBuilder().setPing(Ping.newBuilder()).build();
            assertThat(links.send(node.id(), ping)).isTrue();
            assertThat(link.next().hasPing()).isTrue();
            assertThat(links.send("node_00000000000000000000000000", ping)).isFalse();
        }
    }
}
