package dev.vt.control.placement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.node.NodePlan;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An agent without machines: reads its plan and reports what an obedient node would. Used by the test's thread only. */
final class FakeNode {
    private static final long MIB = 1L << 20;

    private final TestServer server;
    private final Instances instances;
    private final NodePlans plans;
    private final String id;
    private final List<String> log = new ArrayList<>();
    private final Set<String> failed = new HashSet<>();
    private boolean brokenImage;

    private FakeNode(TestServer server, String id) {
        this.server = server;
        this.id = id;
        this.instances =
                new Instances(server.control().store(), server.control().system());
        this.plans = new NodePlans(server.control().store(), new EffectiveProcess());
    }

    /** Enrolled, confirmed and online. */
    static FakeNode join(TestServer server, int ordinal, long memoryMib) {
        SystemMutations system = server.control().system();
        String[] id = new String[1];
        ObjectNode inventory = Json.object()
                .put("cpu_millis", 4_000)
                .put("memory_bytes", memoryMib * MIB)
                .put("disk_bytes", 100_000 * MIB)
                .put("arch", "amd64")
                .put("kvm", false);
        inventory
                .putArray("drivers")
                .addObject()
                .put("name", "sim")
                .put("overhead_bytes", 0)
                .put("max_disks", 8);
        applied(system.asSystem("test", draft -> {
            id[0] = draft.newId("node");
            ObjectNode payload = Json.object().put("name", "node-" + ordinal).put("token_id", draft.newId("etk"));
            payload.putObject("labels");
            payload.put("cert_fingerprint", "sha256:" + "0".repeat(64)).put("overlay_ipv6", "fd00:1:2::" + ordinal);
            payload.putArray("underlay");
            payload.set("inventory", inventory);
            payload.put("agent_version", "test");
            draft.append(new NewEvent(new AggregateKey("node", id[0]), "node.enrolled", Owner.NONE, payload));
        }));
        FakeNode node = new FakeNode(server, id[0]);
        node.become("active", "online");
        return node;
    }

    private static void applied(SystemMutations.Outcome outcome) {
        assertThat(outcome).isInstanceOf(SystemMutations.Outcome.Applied.class);
    }

    String id() {
        return id;
    }

    void become(String state, String health) {
        ObjectNode payload = Json.object().put("state", state).put("health", health);
        payload.putObject("signals");
        applied(server.control()
                .system()
                .asSystem(
                        "test",
                        draft -> draft.append(new NewEvent(
                                new AggregateKey("node", id), "node.state_changed", Owner.NONE, payload))));
    }

    /** From now on nothing boots. */
    void breakImages() {
        brokenImage = true;
    }

    /** Every plan that was seen, as {@code instance desired}. */
    List<String> log() {
        return log;
    }

    Map<String, NodePlan.Assignment> plan() {
        Map<String, NodePlan.Assignment> plan = new TreeMap<>();
        plans.of(id).forEach(assignment -> plan.put(assignment.instanceId(), assignment));
        return plan;
    }

    WorkloadSpec workload(String instanceId) {
        return Objects.requireNonNull(
                Objects.requireNonNull(plan().get(instanceId)).workload());
    }

    /** Does what the plan says, at once. */
    void obey() {
        plan().values().forEach(assignment -> {
            log.add(assignment.instanceId() + " " + assignment.desiredState());
            switch (assignment.desiredState()) {
                case RUNNING -> {
                    if (failed.contains(assignment.instanceId())) {
                        return;
                    }
                    if (brokenImage) {
                        report(assignment.instanceId(), InstanceStatus.FAILED, "image_pull_failed");
                    } else {
                        report(assignment.instanceId(), InstanceStatus.READY, null);
                    }
                }
                case DRAINING, STOPPED -> report(assignment.instanceId(), InstanceStatus.STOPPED, null);
            }
        });
    }

    /** It failed, and stays so. */
    void fail(String instanceId, String reason) {
        failed.add(instanceId);
        assertThat(report(instanceId, InstanceStatus.FAILED, reason)).isEqualTo(Instances.Reported.APPENDED);
    }

    Instances.Reported report(String instanceId, InstanceStatus status, @Nullable String reason) {
        return instances.report(
                id,
                new InstanceReport(
                        instanceId, status, reason, null, "boot_1", 0, null, Instant.parse("2026-01-01T00:00:00Z")));
    }
}
