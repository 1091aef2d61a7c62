package dev.vt.control.placement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.api.node.NodePlan;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PlacementTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    final TestServer server = new TestServer();

    private Shop shop;
    private final List<FakeNode> nodes = new ArrayList<>();

    @BeforeEach
    void make() {
        shop = Shop.on(server);
        nodes.clear();
    }

    private FakeNode join(long memoryMib) {
        FakeNode node = FakeNode.join(server, nodes.size() + 1, memoryMib);
        nodes.add(node);
        return node;
    }

    /** Lets the nodes work until it holds. */
    private void until(String what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(LIMIT);
        while (true) {
            long head = server.control().store().head();
            nodes.forEach(FakeNode::obey);
            if (condition.getAsBoolean()) {
                return;
            }
            assertThat(Instant.now()).as("%s: %s", what, processes()).isBefore(deadline);
            awaitNews(head);
        }
    }

    private void awaitNews(long head) {
        try {
            server.control().store().await(head + 1, Duration.ofMillis(200));
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private JsonNode processes() {
        return shop.client().get(shop.env() + "/processes").json().path("items");
    }

    private JsonNode process() {
        return processes().path(0);
    }

    private List<JsonNode> instances(String status) {
        List<JsonNode> out = new ArrayList<>();
        shop.client()
                .get(shop.env() + "/instances?status=" + status)
                .json()
                .path("items")
                .forEach(out::add);
        return out;
    }

    private String deployStatus(String deployId) {
        JsonNode deploy = shop.client().get(shop.org() + "/deploys/" + deployId).json();
        return (deploy.path("status").asText() + " " + deploy.path("message").asText("")).trim();
    }

    private void untilDeploy(String deployId, String status) {
        until("deploy " + status, () -> deployStatus(deployId).equals(status));
    }

    private Map<String, List<Backends.Backend>> backends() {
        return server.control().store().read(Backends::byRoute);
    }

    private List<String> eventTypes() {
        List<String> types = new ArrayList<>();
        shop.client()
                .get(shop.org() + "/events?limit=1000&env_id=" + shop.envId())
                .json()
                .path("items")
                .forEach(event -> types.add(event.path("event_type").asText()));
        return types;
    }

    @Test
    void aDeployBecomesAnInstanceABackendAndASuccess() {
        FakeNode node = join(4_096);
        String deploy = shop.deployed("one", Shop.MANIFEST);
        untilDeploy(deploy, "succeeded");

        JsonNode process = process();
        assertThat(process.path("wanted").asInt()).isEqualTo(1);
        assertThat(process.path("ready").asInt()).isEqualTo(1);
        assertThat(process.path("old").asInt()).isZero();
        assertThat(process.path("reason_code").isNull()).isTrue();
        JsonNode instance = instances("ready").getFirst();
        assertThat(instance.path("node_id").asText()).isEqualTo(node.id());
        assertThat(instance.path("overlay_ipv6").asText()).isEqualTo("fd00:1:2:0:101::1");
        assertThat(instance.path("deploy_id").asText()).isEqualTo(deploy);
        assertThat(backends().values())
                .singleElement()
                .isEqualTo(List.of(new Backends.Backend(instance.path("id").asText(), "fd00:1:2:0:101::1", 8443)));
        JsonNode status = shop.client().get(shop.env() + "/status").json();
        assertThat(status.at("/conditions/0/status").asBoolean()).isTrue();
        assertThat(eventTypes())
                .containsSubsequence(
                        "env.desired_release_set",
                        "instance.allocated",
                        "instance.status_changed",
                        "deploy.status_changed");
    }

    @Test
    void theNodePlanSaysEverythingThatIsToRun() {
        FakeNode node = join(4_096);
        shop.deployed("one", Shop.MANIFEST);
        until("assigned", () -> !node.plan().isEmpty());

        NodePlan.Assignment assignment = node.plan().values().iterator().next();
        assertThat(assignment.desiredState()).isEqualTo(NodePlan.DesiredState.RUNNING);
        assertThat(assignment.generation()).isEqualTo(1);
        WorkloadSpec spec = node.workload(assignment.instanceId());
        assertThat(spec.image().repository()).isEqualTo("registry.test/shop");
        assertThat(spec.image().digest()).startsWith("sha256:");
        assertThat(spec.image().indexDigest()).isNull();
        assertThat(spec.process().argv()).as("the image's").isEmpty();
        assertThat(spec.resources()).isEqualTo(new WorkloadSpec.Resources(1_000, 256L << 20, 4L << 30, 1, 100));
        assertThat(spec.network().address()).isEqualTo("fd00:1:2:0:101::1");
        assertThat(spec.network().ports()).containsExactly(new WorkloadSpec.Port("https", 8443, "tcp"));
        assertThat(spec.health()).isEqualTo(new WorkloadSpec.Health("tcp", 8443, null, 10, 2, 10, 1, 3));
        assertThat(spec.lifecycle()).isEqualTo(new WorkloadSpec.Lifecycle("TERM", 10, "always", 3, 2));
        assertThat(spec.boot()).isEqualTo(new WorkloadSpec.Boot("sim", null, "snapshot"));
        until("ready", () -> instances("ready").size() == 1);
        assertThat(node.workload(assignment.instanceId()))
                .as("K2: a report changes nothing")
                .isEqualTo(spec);
        assertThat(node.plan().values().iterator().next().generation()).isEqualTo(1);
    }

    @Test
    void aNewReleaseRollsWithoutLosingTheLastBackend() {
        join(4_096);
        untilDeploy(shop.deployed("one", Shop.MANIFEST), "succeeded");
        String first = instances("ready").getFirst().path("id").asText();
        List<Integer> ready = new ArrayList<>();
        String second = shop.deployed("two", Shop.MANIFEST);
        until("second deploy", () -> {
            ready.add(backends().values().stream().mapToInt(List::size).sum());
            return deployStatus(second).equals("succeeded");
        });

        assertThat(ready).allMatch(count -> count >= 1);
        JsonNode now = instances("ready").getFirst();
        assertThat(now.path("id").asText()).isNotEqualTo(first);
        assertThat(shop.client()
                        .get(shop.org() + "/instances/" + first)
                        .json()
                        .at("/desired/reason_code")
                        .asText())
                .isEqualTo("rollout_replace");
        assertThat(now.path("overlay_ipv6").asText())
                .as("addresses are not reused")
                .isEqualTo("fd00:1:2:0:101::2");
    }

    @Test
    void aNewerDeploySupersedesOneThatIsRolling() {
        String first = shop.deployed("one", Shop.MANIFEST);
        until("rolling", () -> deployStatus(first).equals("rolling"));
        String second = shop.deployed("two", Shop.MANIFEST);
        until("superseded", () -> deployStatus(first).startsWith("superseded"));
        join(4_096);
        untilDeploy(second, "succeeded");
    }

    @Test
    void whatCannotBePlacedSaysWhy_I9() {
        String deploy = shop.deployed("one", Shop.MANIFEST);
        until("blocked", () -> process().path("blocked").asBoolean());
        assertThat(process().path("reason_code").asText()).isEqualTo("no_nodes_active");
        // The reason is computed when it is read; the event comes with the scheduler's next pass.
        until("told", () -> eventTypes().contains("env.scheduling_blocked"));

        join(700);
        until("another reason", () -> process().path("reason_code").asText().equals("no_capacity_memory"));
        join(4_096);
        untilDeploy(deploy, "succeeded");
        assertThat(eventTypes()).contains("env.scheduling_unblocked");
    }

    @Test
    void scalingStartsAndStopsInstances() {
        join(4_096);
        join(4_096);
        untilDeploy(shop.deployed("one", Shop.MANIFEST), "succeeded");
        scale(3);
        until("three", () -> instances("ready").size() == 3);
        assertThat(instances("ready"))
                .extracting(instance -> instance.path("node_id").asText())
                .containsOnly(nodes.getFirst().id(), nodes.getLast().id());
        scale(1);
        until(
                "one",
                () -> instances("ready").size() == 1
                        && process().path("reason_code").isNull());
        assertThat(backends().values())
                .singleElement()
                .satisfies(one -> assertThat(one).hasSize(1));
    }

    private void scale(int replicas) {
        TestReply reply = shop.client()
                .patch(
                        shop.env() + "/scale",
                        Json.object()
                                .set(
                                        "scales",
                                        Json.array()
                                                .add(Json.object()
                                                        .put("process_type", "web")
                                                        .put("desired", replicas))));
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
    }

    @Test
    void newSecretsRestartByARollout() {
        FakeNode node = join(4_096);
        untilDeploy(shop.deployed("one", Shop.MANIFEST), "succeeded");
        String before = instances("ready").getFirst().path("secrets_version_id").asText();
        TestReply set = shop.client()
                .patch(
                        shop.env() + "/secrets",
                        Json.object()
                                .set(
                                        "set",
                                        Json.object()
                                                .set("API_KEY", Json.object().put("base64", "aGlkZGVu"))));
        assertThat(set.status()).as(set.toString()).isEqualTo(200);
        until(
                "replaced",
                () -> instances("ready").size() == 1
                        && !instances("ready")
                                .getFirst()
                                .path("secrets_version_id")
                                .asText()
                                .equals(before)
                        && process().path("old").asInt() == 0);
        String instance = instances("ready").getFirst().path("id").asText();
        String version =
                instances("ready").getFirst().path("secrets_version_id").asText();
        assertThat(node.workload(instance).secrets()).isEqualTo(new WorkloadSpec.Secrets(false, version));
        Instances all = new Instances(server.control().store(), server.control().system());
        assertThat(all.holdsSecrets(node.id(), instance, version)).isTrue();
        assertThat(all.holdsSecrets(node.id(), instance, before)).isFalse();
        assertThat(all.holdsSecrets("node_other", instance, version)).isFalse();
    }

    @Test
    void aReportIsAppendedOncePerChange_S21() {
        FakeNode node = join(4_096);
        shop.deployed("one", Shop.MANIFEST);
        until("ready", () -> instances("ready").size() == 1);
        String instance = instances("ready").getFirst().path("id").asText();

        assertThat(node.report(instance, InstanceStatus.READY, null)).isEqualTo(Instances.Reported.KNOWN);
        assertThat(node.report(instance, InstanceStatus.BOOTING, "healthcheck_failed"))
                .isEqualTo(Instances.Reported.APPENDED);
        assertThat(node.report(instance, InstanceStatus.BOOTING, "healthcheck_failed"))
                .isEqualTo(Instances.Reported.KNOWN);
        assertThat(backends()).as("B7: not ready, no backend").isEmpty();
        assertThat(instances("booting").getFirst().path("reason_code").asText()).isEqualTo("healthcheck_failed");
        assertThat(node.report("inst_unknown", InstanceStatus.READY, null)).isEqualTo(Instances.Reported.IGNORED);
        FakeNode other = join(4_096);
        assertThat(other.report(instance, InstanceStatus.STOPPED, null))
                .as("another node's instance")
                .isEqualTo(Instances.Reported.IGNORED);
    }

    /** The scheduler and the capacity precondition act on the same revision, at once. */
    @Test
    void theReserveInTheConfigurationDecidesWhatFits_C4() {
        join(4_096);
        configure(0, "{\"document\": {\"scheduler\": {\"reserved_memory_bytes\": 4294967296}}}");
        shop.deployed("one", Shop.MANIFEST);
        until("blocked", () -> process().toString().contains("no_capacity_memory"));

        configure(1, "{\"document\": {}}");

        until("ready", () -> instances("ready").size() == 1);
    }

    private void configure(int revision, String body) {
        TestReply reply = server.operator().ifMatch(revision).put("/v1/cluster/config", Json.parse(body));
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
    }

    @Test
    void aFailedInstanceIsReplacedAndItsNodeAvoided_K9() {
        join(4_096);
        join(4_096);
        untilDeploy(shop.deployed("one", Shop.MANIFEST), "succeeded");
        JsonNode first = instances("ready").getFirst();
        FakeNode holder = nodes.stream()
                .filter(node -> node.id().equals(first.path("node_id").asText()))
                .findFirst()
                .orElseThrow();
        holder.fail(first.path("id").asText(), "exited");
        until("replaced", () -> instances("ready").size() == 1);
        assertThat(instances("ready").getFirst().path("node_id").asText()).isNotEqualTo(holder.id());
    }

    @Test
    void restartingAnInstanceStartsAnother() {
        join(4_096);
        untilDeploy(shop.deployed("one", Shop.MANIFEST), "succeeded");
        String first = instances("ready").getFirst().path("id").asText();
        TestReply reply = shop.client().post(shop.org() + "/instances/" + first + "/restart", Json.object());
        assertThat(reply.status()).as(reply.toString()).isEqualTo(202);
        until(
                "another",
                () -> instances("ready").size() == 1
                        && !instances("ready").getFirst().path("id").asText().equals(first));
        TestReply again = shop.client().post(shop.org() + "/instances/" + first + "/restart", Json.object());
        assertThat(again.code()).isEqualTo("instance_not_running");
    }

    @Test
    void aDrainingNodeIsEmptied_K12() {
        FakeNode old = join(4_096);
        untilDeploy(shop.deployed("one", Shop.MANIFEST), "succeeded");
        FakeNode next = join(4_096);
        old.become("draining", "online");
        until(
                "moved",
                () -> instances("ready").size() == 1
                        && instances("ready")
                                .getFirst()
                                .path("node_id")
                                .asText()
                                .equals(next.id()));
        assertThat(instances("stopped").getFirst().at("/desired/reason_code").asText())
                .isEqualTo("node_draining");
    }

    @Test
    void anOfflineNodeIsReplacedAndStopsItsInstancesWhenItReturns_K13() {
        FakeNode lost = join(4_096);
        untilDeploy(shop.deployed("one", Shop.MANIFEST), "succeeded");
        join(4_096);
        nodes.remove(lost);
        lost.become("active", "offline");
        until(
                "replaced",
                () -> nodes.getFirst().plan().size() == 1
                        && process().path("ready").asInt() == 1);
        assertThat(lost.plan().values())
                .singleElement()
                .extracting(NodePlan.Assignment::desiredState)
                .isEqualTo(NodePlan.DesiredState.STOPPED);
        lost.become("active", "online");
        lost.obey();
        assertThat(lost.plan()).isEmpty();
    }

    @Test
    void aServerThatStartsAgainFinishesTheDeploy() {
        String deploy = shop.deployed("one", Shop.MANIFEST);
        until("rolling", () -> deployStatus(deploy).equals("rolling"));
        server.restart();
        FakeNode node = FakeNode.join(server, 1, 4_096);
        Instant deadline = Instant.now().plus(LIMIT);
        while (!storedStatus(deploy).equals("succeeded")) {
            assertThat(Instant.now()).as(storedStatus(deploy)).isBefore(deadline);
            long head = server.control().store().head();
            node.obey();
            awaitNews(head);
        }
    }

    private String storedStatus(String deployId) {
        return server.control()
                .store()
                .read(handle -> handle.createQuery("SELECT status FROM deploy_targets WHERE deploy_id = :id")
                        .bind("id", deployId)
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void deletingTheReleaseOfAProcessStopsIt() {
        join(4_096);
        String two = Shop.MANIFEST + "[processes.worker.resources]\nmemory = \"64Mi\"\n";
        untilDeploy(shop.deployed("one", two), "succeeded");
        assertThat(instances("ready")).hasSize(2);
        untilDeploy(shop.deployed("two", Shop.MANIFEST), "succeeded");
        assertThat(instances("ready"))
                .singleElement()
                .extracting(instance -> instance.path("process_type").asText())
                .isEqualTo("web");
    }
}
