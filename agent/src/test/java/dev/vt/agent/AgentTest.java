package dev.vt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.agent.actor.Timeline;
import dev.vt.agent.testing.Await;
import dev.vt.agent.testing.FakeServer;
import dev.vt.agent.testing.SimNode;
import dev.vt.agent.testing.Workloads;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.kernel.Json;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent between a fake server and simulated VMs. */
class AgentTest {
    private static final String ID = "inst_00000000000000000000000001";

    @TempDir
    Path directory;

    private FakeServer server;
    private SimNode node;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        node = new SimNode(directory, server, Timeline.system());
        node.start();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
        server.close();
    }

    @Test
    void runsWhatThePlanNamesAndReportsEachTransitionOnce() {
        server.send(Workloads.plan(1, Workloads.of(ID).tcpHealth(8080).running(1)));
        InstanceStatus ready = server.awaitStatus(ID, "ready");
        assertThat(ready.getBootId()).startsWith("boot_");
        assertThat(Json.parse(ready.getTimingsJson().toByteArray()).properties().stream()
                        .map(Map.Entry::getKey))
                .contains("plan", "image", "rootfs", "devices", "vmm", "hello", "config", "started", "ready");
        assertThat(server.history(ID)).containsExactly("booting", "ready");
        assertThat(server.planResults).anySatisfy(result -> {
            assertThat(result.getPlanId()).isEqualTo("plan_1");
            assertThat(result.getRefusedReason()).isEmpty();
        });
        assertThat(server.hellos.getFirst().getNodeId()).isEqualTo(Workloads.NODE);
    }

    @Test
    void drainsAndForgetsWhatThePlanNoLongerNames() {
        server.send(Workloads.plan(1, Workloads.of(ID).running(1)));
        server.awaitStatus(ID, "ready");
        server.send(Workloads.plan(2));
        server.awaitStatus(ID, "stopped");
        assertThat(server.history(ID)).containsExactly("booting", "ready", "draining", "stopped");
        Await.until("forgotten", () -> node.agent().instances().ids().isEmpty());
        assertThat(node.host.vmCount()).isZero();
        assertThat(node.images.pins).isEmpty();
        assertThat(directory.resolve("data/objects/instance")).isEmptyDirectory();
        assertThat(directory.resolve("data/scratch")).isEmptyDirectory();
    }

    @Test
    void stopsAtOnceWhenThePlanSaysStopped() {
        server.send(Workloads.plan(1, Workloads.of(ID).running(1)));
        server.awaitStatus(ID, "ready");
        server.send(Workloads.plan(2, Workloads.of(ID).desired(2, DesiredState.STOPPED)));
        InstanceStatus stopped = server.awaitStatus(ID, "stopped");
        assertThat(stopped.getExitCode()).isZero();
    }
}
