package dev.vt.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.vt.agent.actor.Timeline;
import dev.vt.agent.instance.Phase;
import dev.vt.agent.testing.Await;
import dev.vt.agent.testing.FakeServer;
import dev.vt.agent.testing.SimNode;
import dev.vt.agent.testing.Workloads;
import dev.vt.api.node.LogQuery;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.api.proto.OpenExec;
import dev.vt.api.proto.OpenLogs;
import dev.vt.api.proto.RevokeExec;
import dev.vt.api.proto.ToNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
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
        server.send(Workloads.plan(1, web().running(1)));
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
        server.send(Workloads.plan(1, web().running(1)));
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
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        server.send(Workloads.plan(2, web().desired(2, DesiredState.STOPPED)));
        InstanceStatus stopped = server.awaitStatus(ID, "stopped");
        assertThat(stopped.getExitCode()).isZero();
    }

    /** RT2, RT10: nothing is reported twice, and nothing happens to the VM. */
    @Test
    void aKilledAgentsVmsRunOnAndAreAdopted() throws Exception {
        server.send(Workloads.plan(1, web().running(1)));
        InstanceStatus ready = server.awaitStatus(ID, "ready");
        Await.until("acknowledged", () -> recordOf(ID).contains("\"acknowledged\":true"));
        node.killAgent();
        assertThat(node.host.vmCount()).isEqualTo(1);
        server.statuses.clear();
        server.hellos.clear();
        node.start();
        Await.until("back", () -> !server.hellos.isEmpty());
        assertThat(server.hellos.getFirst().getCursorEventId()).isEqualTo(1);
        Await.until(
                "exec works again",
                () -> node.agent().instances().execChannel(ID).isPresent());
        assertThat(server.statuses).isEmpty();
        assertThat(node.agent().instances().views().getFirst().bootId()).isEqualTo(ready.getBootId());
        assertThat(node.script.count("create", ID)).isEqualTo(1);
    }

    /** RT3, RT11. */
    @Test
    void startsFromTheSavedPlanWithoutAServer() throws Exception {
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        node.killAgent();
        server.stop();
        node.host.reboot();
        node.start();
        Await.until("boots again", () -> node.script.count("create", ID) == 2);
        Await.until(
                "runs",
                () -> node.agent().instances().views().stream()
                        .anyMatch(view -> view.phase().isRunning()));
    }

    @Test
    void statusesWaitForAServerThatIsAway() throws Exception {
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        server.stop();
        node.host.exitWorkload(ID, 9);
        Await.until(
                "runs again",
                () -> node.script.count("create", ID) == 2
                        && node.agent().instances().views().getFirst().phase() == Phase.READY);
        server.statuses.clear();
        server.restart();
        InstanceStatus status = server.awaitStatus(ID, "ready");
        assertThat(status.getRestartCount()).isEqualTo(1);
    }

    @Test
    void whatIsNotAcknowledgedIsSentAgainOnTheNextLink() throws Exception {
        server.acknowledging = false;
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        server.stop();
        server.statuses.clear();
        server.acknowledging = true;
        server.restart();
        server.awaitStatus(ID, "ready");
        Await.until("acknowledged", () -> recordOf(ID).contains("\"acknowledged\":true"));
    }

    /** Duplicates and reordering are harmless. */
    @Test
    void oldPlansAndDuplicatesChangeNothing() {
        server.send(Workloads.plan(5, web().running(1)));
        server.awaitStatus(ID, "ready");
        server.send(Workloads.plan(4));
        server.send(Workloads.plan(5));
        Await.until("answered", () -> server.planResults.size() >= 2);
        assertThat(server.history(ID)).containsExactly("booting", "ready");
        assertThat(server.planResults)
                .allSatisfy(result -> assertThat(result.getRefusedReason()).isEmpty());
    }

    /** RT6. */
    @Test
    void aMassStopIsHeldUntilConfirmed() {
        List<Assignment> seven = IntStream.range(0, 7)
                .mapToObj(i -> Workloads.of("inst_" + i).tcpHealth(8080).running(1))
                .toList();
        server.send(Workloads.plan(1, seven.toArray(Assignment[]::new)));
        seven.forEach(assignment -> server.awaitStatus(assignment.instanceId(), "ready"));
        server.send(Workloads.plan(2));
        Await.until(
                "held",
                () -> server.planResults.stream()
                        .anyMatch(result -> result.getRefusedReason().equals("plan_held_mass_stop")));
        assertThat(node.host.vmCount()).isEqualTo(7);
        server.send(Workloads.plan(3, true));
        seven.forEach(assignment -> server.awaitStatus(assignment.instanceId(), "stopped"));
    }

    /** RT7. */
    @Test
    void anAssignmentThatLacksAFieldFailsAndTheOthersRun() {
        ObjectNode plan = (ObjectNode) Json.toTree(
                Workloads.plan(1, web().running(1), Workloads.of("inst_broken").running(1)));
        ((ObjectNode) plan.path("instances").get(1).path("workload")).remove("image");
        server.sendPlan(Json.bytes(plan));
        server.awaitStatus(ID, "ready");
        InstanceStatus failed = server.awaitStatus("inst_broken", "failed");
        assertThat(failed.getReasonCode()).isEqualTo("driver_start_failed");
        assertThat(failed.getDetail()).isEqualTo("spec_invalid");
    }

    @Test
    void relaysExecSessionsBothWays() {
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        FakeServer.ExecCall echo = exec("exec_1", "echo", "hello", "there");
        Await.until("ended", () -> echo.ended);
        assertThat(echo.text(0x02)).isEqualTo("hello there\n");
        assertThat(Json.parse(echo.text(0x11)).path("exit_code").asInt()).isZero();

        FakeServer.ExecCall cat = exec("exec_2", "cat");
        cat.send(0x01, "typed".getBytes(UTF_8));
        Await.until("echoed", () -> cat.text(0x02).equals("typed"));
        cat.send(0x10, "{\"type\":\"ping\"}".getBytes(UTF_8));
        cat.send(0x10, "{\"type\":\"eof\"}".getBytes(UTF_8));
        Await.until("ended", () -> cat.ended);
        assertThat(cat.text(0x11)).contains("exited");

        FakeServer.ExecCall code = exec("exec_3", "exit", "42");
        Await.until("ended", () -> code.ended);
        assertThat(Json.parse(code.text(0x11)).path("exit_code").asInt()).isEqualTo(42);
    }

    /** EX12. */
    @Test
    void execEndsWithTheInstanceARevocationAndItsTime() {
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        FakeServer.ExecCall revoked = exec("exec_1", "sleep");
        server.send(ToNode.newBuilder()
                .setRevokeExec(RevokeExec.newBuilder().setExecId("exec_1").setEndReason("operator_revoked"))
                .build());
        Await.until("revoked", () -> revoked.text(0x11).contains("operator_revoked"));

        FakeServer.ExecCall idle = open(openExec("exec_2", "sleep").setIdleS(1));
        Await.until("idle", () -> idle.text(0x11).contains("\"idle\""));

        FakeServer.ExecCall cut = exec("exec_3", "sleep");
        node.host.crash(ID);
        Await.until("stopped", () -> cut.text(0x11).contains("instance_stopped"));

        FakeServer.ExecCall none = open(openExec("exec_4", "echo").setInstanceId("inst_unknown"));
        Await.until("nothing there", () -> none.text(0x11).contains("instance_stopped"));
    }

    @Test
    void answersLogQueriesAndFollows() {
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        node.host.print(ID, "first line");
        LogQuery follow = new LogQuery(List.of(ID), null, null, null, null, null, Map.of(), true);
        server.send(ToNode.newBuilder()
                .setOpenLogs(OpenLogs.newBuilder()
                        .setQueryId("query_1")
                        .setQueryJson(ByteString.copyFrom(Json.bytes(follow))))
                .build());
        Await.until("head", () -> server.logs.containsKey("query_1") && server.logs.get("query_1").head);
        FakeServer.LogCall call = server.logs.get("query_1");
        node.host.print(ID, "second line");
        Await.until("followed", () -> call.lines().contains("second line"));
        assertThat(call.lines()).containsExactly("started", "first line", "second line");
        assertThat(call.records.getFirst().path("stream").asText()).isEqualTo("system");
        call.cancel();
        Await.until("ended", () -> call.ended);
    }

    /** secrets.md §5 and LG16. */
    @Test
    void deliversSecretsAndKeepsThemOutOfLogs() {
        server.secrets.put("secver_1", "# VT_SECRETS_V1\nTOKEN=s3cr3t-value-1\n".getBytes(UTF_8));
        server.send(Workloads.plan(1, web().secrets("secver_1").running(1)));
        server.awaitStatus(ID, "ready");
        assertThat(new String(node.host.secretsFile(ID), UTF_8)).isEqualTo("# VT_SECRETS_V1\nTOKEN=s3cr3t-value-1\n");
        node.host.print(ID, "connecting with s3cr3t-value-1 now");
        LogQuery query = new LogQuery(List.of(ID), "stdout", null, null, null, null, Map.of(), true);
        server.send(ToNode.newBuilder()
                .setOpenLogs(OpenLogs.newBuilder()
                        .setQueryId("query_1")
                        .setQueryJson(ByteString.copyFrom(Json.bytes(query))))
                .build());
        Await.until(
                "line",
                () -> server.logs.containsKey("query_1")
                        && !server.logs.get("query_1").lines().isEmpty());
        assertThat(server.logs.get("query_1").lines()).containsExactly("connecting with [redacted:TOKEN] now");
        assertThat(server.secretFetches).hasSize(1);
    }

    @Test
    void heartbeatsCarryPhasesConditionsAndInventory() {
        server.send(Workloads.plan(1, web().running(1)));
        server.awaitStatus(ID, "ready");
        Await.until(
                "heartbeat",
                () -> server.heartbeats.stream()
                        .map(beat -> Json.parse(beat.getObservedJson().toByteArray()))
                        .anyMatch(observed -> observed.path("instances").size() == 1
                                && observed.path("instances")
                                        .get(0)
                                        .path("phase")
                                        .asText()
                                        .equals("ready")
                                && observed.path("inventory")
                                        .path("drivers")
                                        .get(0)
                                        .path("name")
                                        .asText()
                                        .equals("sim")));
    }

    /** Ready as soon as it listens. */
    private static Workloads web() {
        return Workloads.of(ID).tcpHealth(8080);
    }

    private FakeServer.ExecCall exec(String execId, String... argv) {
        return open(openExec(execId, argv));
    }

    private OpenExec.Builder openExec(String execId, String... argv) {
        return OpenExec.newBuilder()
                .setExecId(execId)
                .setInstanceId(ID)
                .addAllArgv(List.of(argv))
                .setStdin(true)
                .setCols(80)
                .setRows(24);
    }

    private FakeServer.ExecCall open(OpenExec.Builder request) {
        server.send(ToNode.newBuilder().setOpenExec(request).build());
        return Await.value(
                "dialled back",
                Duration.ofSeconds(10),
                () -> Optional.ofNullable(server.execs.get(request.getExecId())));
    }

    private String recordOf(String id) throws IOException {
        return Files.readString(node.dataDir.resolve("objects/instance/" + id + ".json"));
    }
}
