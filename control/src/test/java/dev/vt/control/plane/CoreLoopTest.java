package dev.vt.control.plane;

import static dev.vt.control.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.node.NodePlan;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.api.proto.FetchSecretsRequest;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.ToEdge;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestNode;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Deploy → placement → plan → status → edge table, with an agent and an edge in memory and everything else real. */
class CoreLoopTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    private static final AtomicInteger NAMES = new AtomicInteger();

    private Shop shop;
    private String hostname;
    private String manifest;
    private TestNode node;
    private TestMember edge;

    @BeforeEach
    void join() {
        shop = Shop.on(server);
        hostname = "shop-" + NAMES.incrementAndGet() + ".example.com";
        manifest = Shop.MANIFEST.replace("shop.example.com", hostname);
        node = TestNode.on(server, "worker-" + NAMES.incrementAndGet());
        edge = TestMember.enrolled(server, "edge", "edge-" + NAMES.incrementAndGet());
    }

    @AfterEach
    void leave() {
        node.close();
        edge.close();
    }

    private String deployStatus(String deployId) {
        return shop.client()
                .get(shop.org() + "/deploys/" + deployId)
                .json()
                .path("status")
                .asText();
    }

    private void awaitDeployed(String deployId) {
        await(
                "deploy succeeded, now " + deployStatus(deployId),
                () -> deployStatus(deployId).equals("succeeded"));
    }

    /** The route of this test in the first table that has so many backends for it. */
    private EdgeTable.Route routeWith(TestStream<FromEdge, ToEdge> stream, int backends) {
        for (int i = 0; i < 100; i++) {
            EdgeTable table = Json.read(stream.next().getTableJson().toByteArray(), EdgeTable.class);
            for (EdgeTable.Route route : table.routes()) {
                if (hostname.equals(route.hostname()) && route.backends().size() == backends) {
                    return route;
                }
            }
        }
        throw new AssertionError("no table with " + backends + " backends");
    }

    @Test
    void aDeployReachesTheNodeAndTheEdge() {
        TestStream<FromEdge, ToEdge> tables = edge.follow();
        String deploy = shop.deployed("one", manifest);

        awaitDeployed(deploy);
        NodePlan plan = Objects.requireNonNull(node.plan());
        assertThat(plan.instances()).hasSize(1);
        NodePlan.Assignment assignment = plan.instances().getFirst();
        WorkloadSpec spec = Objects.requireNonNull(assignment.workload());
        assertThat(spec.image().digest()).startsWith("sha256:");
        assertThat(spec.network().address())
                .startsWith(node.member().identity().getAddressBlock().replace("::/80", ":"));

        EdgeTable.Route route = routeWith(tables, 1);
        assertThat(route.kind()).isEqualTo("tls_passthrough");
        assertThat(route.backends())
                .containsExactly(new EdgeTable.Backend(
                        assignment.instanceId(), spec.network().address(), 8443));
        await("acknowledged", node::acknowledgedAll);
    }

    @Test
    void anInstanceThatIsNotReadyAnyMoreLeavesTheTable() {
        TestStream<FromEdge, ToEdge> tables = edge.follow();
        awaitDeployed(shop.deployed("one", manifest));
        routeWith(tables, 1);

        node.report(node.running().getFirst(), "booting");
        routeWith(tables, 0);
        node.report(node.running().getFirst(), "ready");
        routeWith(tables, 1);
    }

    @Test
    void aNewVersionReplacesTheOldOne() {
        awaitDeployed(shop.deployed("one", manifest));
        String old = node.running().getFirst();

        awaitDeployed(shop.deployed("two", manifest));

        await(
                "the old one is gone",
                () -> node.running().size() == 1 && !node.running().contains(old));
    }

    @Test
    void aRestartedAgentAndARestartedServerGoOnWhereTheyWere() {
        awaitDeployed(shop.deployed("one", manifest));
        List<String> running = node.running();

        node.disconnect();
        node = node.restarted();
        await("the same plan", () -> node.running().equals(running));

        node.disconnect();
        String id = node.id();
        server.restart();
        assertThat(server.operator().get("/v1/nodes/" + id).json().path("state").asText())
                .isEqualTo("active");
    }

    @Test
    void secretsGoToTheNodeThatHoldsTheInstanceAndToNoOtherSe4() {
        ObjectNode secrets = Json.object();
        secrets.putObject("set")
                .putObject("API_KEY")
                .put("base64", Base64.getEncoder().encodeToString("canary-6d1f0c".getBytes(StandardCharsets.UTF_8)));
        assertThat(shop.client().patch(shop.env() + "/secrets", secrets).status())
                .isEqualTo(200);
        String deploy = shop.deploy(shop.released("one", manifest + "[processes.web.secrets]\nrequired = true\n"))
                .id();
        awaitDeployed(deploy);
        NodePlan.Assignment assignment =
                Objects.requireNonNull(node.plan()).instances().getFirst();
        String version = Objects.requireNonNull(Objects.requireNonNull(
                        Objects.requireNonNull(assignment.workload()).secrets())
                .versionId());
        FetchSecretsRequest request = FetchSecretsRequest.newBuilder()
                .setInstanceId(assignment.instanceId())
                .setVersionId(version)
                .build();

        assertThat(node.member().node().fetchSecrets(request).getCanonicalFile().toStringUtf8())
                .contains("API_KEY=canary-6d1f0c");
        try (TestMember other = TestMember.enrolled(server, "node", "other-" + NAMES.incrementAndGet())) {
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class, () -> other.node().fetchSecrets(request));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
        JsonNode events = shop.client().get(shop.org() + "/events?limit=1000").json();
        assertThat(events.toString())
                .doesNotContain("canary-6d1f0c")
                .contains("\"action\":\"secret.deliver\"", "\"decision\":\"deny\"", "\"decision\":\"allow\"");
    }
}
