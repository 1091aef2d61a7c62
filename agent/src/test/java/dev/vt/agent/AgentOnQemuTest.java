package dev.vt.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.vt.agent.network.HostNetwork;
import dev.vt.agent.network.TapNetwork;
import dev.vt.agent.testing.AgentProcess;
import dev.vt.agent.testing.Await;
import dev.vt.agent.testing.FakeServer;
import dev.vt.agent.testing.TestImages;
import dev.vt.agent.testing.Workloads;
import dev.vt.api.node.LogQuery;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.proto.InstanceStatus;
import dev.vt.api.proto.OpenExec;
import dev.vt.api.proto.OpenLogs;
import dev.vt.api.proto.ToNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The node's whole path with a real microVM: image from a registry, tap, boot, health over IPv6, exec, logs, secrets, an agent
 * that is killed and comes back, an end that leaves nothing. Needs root, QEMU and a kernel bundle.
 */
@Tag("slow")
class AgentOnQemuTest {
    private static final Duration BOOT = Duration.ofSeconds(90);
    private static final long PID = ProcessHandle.current().pid();
    private static final String NODE = "node_test" + PID;

    @TempDir
    Path directory;

    private Path runDir;
    private FakeServer server;
    private TestImages images;
    private AgentProcess agent;

    @BeforeEach
    void start() throws Exception {
        runDir = Files.createTempDirectory(Path.of("/dev/shm"), "vt-agent");
        server = new FakeServer();
        images = new TestImages(directory);
        server.pullToken = TestImages.TOKEN;
        Path data = Files.createDirectories(directory.resolve("data"));
        agent = new AgentProcess(data, runDir, server.address(), bundle(), NODE);
        agent.start();
    }

    @AfterEach
    void stop() throws Exception {
        agent.close();
        if (Boolean.getBoolean("vt.printAgentLog")) {
            System.out.println(agent.log());
        }
        images.close();
        server.close();
        HostNetwork.release(NODE, Workloads.NODE_ADDRESS, "vtotest", runDir);
        for (Path vm : list(runDir.resolve("vm"))) {
            // Only after a failed test: its VM must not outlive it.
            Path process = vm.resolve("process");
            if (Files.exists(process)) {
                ProcessHandle.of(Long.parseLong(Files.readString(process).split(" ")[0]))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        try (Stream<Path> paths = Files.walk(runDir)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void bootsServesExecutesLogsSurvivesAKilledAgentAndLeavesNothing() throws Exception {
        String id = "inst_" + String.format("%026d", PID);
        server.secrets.put("secver_1", "# VT_SECRETS_V1\nDATABASE_PASSWORD=correct-horse\n".getBytes(UTF_8));
        Workloads web = images.workload(id).tcpHealth(8080).secrets("secver_1");
        server.send(Workloads.plan(NODE, 1, false, web.running(1)));
        InstanceStatus ready = server.awaitStatus(id, "ready", BOOT);
        System.out.println("timings " + ready.getTimingsJson().toStringUtf8());
        assertThat(get(web)).contains("200 OK").endsWith("hello from a microvm\n");

        FakeServer.ExecCall exec = exec(id, "exec_1", false, "/bin/sh", "-c", "id -u; echo $GREETING >&2; exit 7");
        Await.until("exit frame", () -> !exec.text(0x11).isEmpty());
        assertThat(exec.text(0x02)).isEqualTo("1000\n");
        assertThat(exec.text(0x03)).isEqualTo("hello\n");
        assertThat(Json.parse(exec.text(0x11)).path("exit_code").asInt()).isEqualTo(7);

        FakeServer.ExecCall secret = exec(id, "exec_2", false, "/bin/cat", "/run/secrets/platform.env");
        Await.until("exit frame", () -> !secret.text(0x11).isEmpty());
        assertThat(secret.text(0x02)).isEqualTo("# VT_SECRETS_V1\nDATABASE_PASSWORD=correct-horse\n");

        assertThat(lines(id, "logs_1")).contains("serving hello");

        agent.kill();
        assertThat(get(web)).contains("200 OK");
        server.statuses.clear();
        server.hellos.clear();
        agent.start();
        Await.until("agent back", Duration.ofSeconds(30), () -> !server.hellos.isEmpty());
        assertThat(server.hellos.getFirst().getCursorEventId()).isEqualTo(1);
        FakeServer.ExecCall again = Await.value("exec after adoption", Duration.ofSeconds(30), () -> {
            FakeServer.ExecCall call = exec(id, "exec_" + System.nanoTime(), false, "/bin/echo", "still here");
            Await.until("exit frame", () -> !call.text(0x11).isEmpty());
            return Optional.of(call).filter(c -> c.text(0x02).equals("still here\n"));
        });
        assertThat(again.text(0x11)).contains("exited");
        assertThat(server.statuses)
                .as("nothing changed, so nothing is reported")
                .isEmpty();
        assertThat(agent.log()).contains("instance adopted instance=" + id + " boot=" + ready.getBootId());
        assertThat(lines(id, "logs_2")).contains("serving hello");

        server.send(Workloads.plan(NODE, 2, false));
        InstanceStatus stopped = server.awaitStatus(id, "stopped", Duration.ofSeconds(30));
        assertThat(stopped.getBootId()).isEqualTo(ready.getBootId());
        Await.until(
                "forgotten",
                () -> list(directory.resolve("data/objects/instance")).isEmpty());
        assertThat(leftovers(id)).isEmpty();
    }

    /** RT36 and §16.22: two that were restored from one snapshot share nothing that must be their own, and are reached by their own MAC. */
    @Test
    void clonesOfOneSnapshotAreTwoMachines() throws Exception {
        List<Workloads> webs = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            String id = "inst_" + String.format("%026d", PID * 10 + i);
            webs.add(images.workload(id).tcpHealth(8080).start("snapshot"));
        }
        server.send(Workloads.plan(NODE, 1, false, webs.get(0).running(1)));
        InstanceStatus cold = server.awaitStatus(webs.get(0).id(), "ready", BOOT);
        assertThat(cold.getTimingsJson().toStringUtf8()).doesNotContain("restored");
        Path templates = directory.resolve("data/vm-templates");
        Await.until("snapshot", BOOT, () -> names(templates, "").stream().anyMatch(name -> name.endsWith(".json")));

        server.send(Workloads.plan(
                NODE, 2, false, webs.stream().map(web -> web.running(1)).toArray(Assignment[]::new)));
        List<List<String>> facts = new ArrayList<>();
        for (Workloads web : webs) {
            InstanceStatus ready = server.awaitStatus(web.id(), "ready", BOOT);
            boolean restored = ready.getTimingsJson().toStringUtf8().contains("restored");
            assertThat(restored).isEqualTo(!web.equals(webs.getFirst()));
            System.out.println("timings " + ready.getTimingsJson().toStringUtf8());
            assertThat(get(web)).contains("200 OK");
            facts.add(facts(web.id()));
        }
        // Random numbers, boot id, machine id, host name, MAC.
        for (int fact = 0; fact < 5; fact++) {
            int at = fact;
            assertThat(facts).extracting(list -> list.get(at)).doesNotHaveDuplicates();
        }
        server.send(Workloads.plan(NODE, 3, true));
        for (Workloads web : webs) {
            server.awaitStatus(web.id(), "stopped", Duration.ofSeconds(60));
        }
        Await.until(
                "forgotten",
                () -> list(directory.resolve("data/objects/instance")).isEmpty());
        for (Workloads web : webs) {
            assertThat(leftovers(web.id())).isEmpty();
        }
    }

    private List<String> facts(String id) {
        long before = System.currentTimeMillis() / 1000;
        FakeServer.ExecCall call = exec(
                id,
                "exec_facts_" + id,
                false,
                "/bin/sh",
                "-c",
                "busybox od -An -N16 -tx1 /dev/urandom; cat /proc/sys/kernel/random/boot_id /etc/machine-id /etc/hostname"
                        + " /sys/class/net/eth0/address; busybox date +%s");
        Await.until("exit frame", () -> !call.text(0x11).isEmpty());
        List<String> facts = call.text(0x02).lines().map(String::strip).toList();
        assertThat(facts).hasSize(6);
        assertThat(Long.parseLong(facts.get(5))).isBetween(before - 1, System.currentTimeMillis() / 1000 + 1);
        return facts;
    }

    private FakeServer.ExecCall exec(String id, String execId, boolean tty, String... argv) {
        server.send(ToNode.newBuilder()
                .setOpenExec(OpenExec.newBuilder()
                        .setExecId(execId)
                        .setInstanceId(id)
                        .addAllArgv(List.of(argv))
                        .setTty(tty)
                        .setCols(80)
                        .setRows(24))
                .build());
        return Await.value("exec dialled", Duration.ofSeconds(20), () -> Optional.ofNullable(server.execs.get(execId)));
    }

    private List<String> lines(String id, String queryId) {
        LogQuery query = new LogQuery(List.of(id), null, null, null, null, null, Map.of(), false);
        server.send(ToNode.newBuilder()
                .setOpenLogs(
                        OpenLogs.newBuilder().setQueryId(queryId).setQueryJson(ByteString.copyFrom(Json.bytes(query))))
                .build());
        Await.until("log query answered", () -> server.logs.containsKey(queryId) && server.logs.get(queryId).ended);
        return server.logs.get(queryId).lines();
    }

    private static String get(Workloads web) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(web.address()), 8080), 5000);
            socket.setSoTimeout(5000);
            socket.getOutputStream().write("GET /index.html HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private List<String> leftovers(String id) throws IOException {
        List<String> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains("vt-" + id))
                .forEach(process -> found.add("process " + process.pid()));
        if (Files.exists(Path.of("/sys/class/net", TapNetwork.tapName(id)))) {
            found.add("tap");
        }
        for (String hierarchy : List.of("memory", "cpu", "pids", "systemd", ".")) {
            if (Files.exists(Path.of("/sys/fs/cgroup", hierarchy, "vt-vms", id))) {
                found.add("cgroup " + hierarchy);
            }
        }
        found.addAll(names(runDir.resolve("vm"), id));
        found.addAll(names(runDir.resolve("secrets"), "secver"));
        found.addAll(names(directory.resolve("data/vm"), id));
        found.addAll(names(directory.resolve("data/scratch"), ""));
        return found;
    }

    private static List<String> names(Path parent, String prefix) throws IOException {
        return list(parent).stream()
                .map(Path::toString)
                .filter(name -> Path.of(name).getFileName().toString().startsWith(prefix))
                .toList();
    }

    private static List<Path> list(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.toList();
        }
    }

    private static Path bundle() throws IOException {
        Path bundles = Path.of(System.getProperty("vt.root", "."), "guest", "build", "bundles");
        return list(bundles).stream()
                .max(Comparator.comparing(path -> path.getFileName().toString()))
                .orElseThrow(() -> new IllegalStateException("no kernel bundle: run guest/bundle.sh"));
    }
}
