package dev.vt.agent.testing;

import dev.vt.agent.actor.Timeline;
import dev.vt.agent.link.NodeIdentity;
import dev.vt.agent.node.Agent;
import dev.vt.agent.node.AgentOptions;
import dev.vt.identity.ServerAddress;
import dev.vt.images.ImageLimits;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.client.RegistryOptions;
import dev.vt.images.rootfs.CacheLimits;
import dev.vt.images.rootfs.LocalImageCache;
import dev.vt.images.rootfs.SquashfsBuilder;
import dev.vt.images.rootfs.SquashfsOptions;
import dev.vt.runtime.qemu.QemuConfig;
import dev.vt.runtime.qemu.QemuDriver;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** An agent with real VMs as a process of its own, so that it can be killed; speaks to a {@link FakeServer} without TLS. */
public final class AgentProcess implements AutoCloseable {
    private final List<String> command;
    private final Path output;
    private Process process;

    public AgentProcess(Path dataDir, Path runDir, ServerAddress server, Path bundle, String nodeId) {
        this.output = dataDir.resolveSibling("agent.log");
        this.command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dvt.logLevel=INFO",
                "-cp",
                System.getProperty("java.class.path"),
                AgentProcess.class.getName(),
                dataDir.toString(),
                runDir.toString(),
                server.toString(),
                bundle.toString(),
                nodeId);
    }

    public void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public String log() throws IOException {
        File file = output.toFile();
        return file.exists() ? Files.readString(output) : "";
    }

    /** SIGTERM, and its end. */
    @Override
    public void close() {
        if (process != null) {
            process.destroy();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public static void main(String[] args) throws Exception {
        Path dataDir = Path.of(args[0]);
        Path runDir = Path.of(args[1]);
        ServerAddress server = ServerAddress.parse(args[2]);
        Path bundle = Path.of(args[3]);
        Files.createDirectories(dataDir.resolve("images"));
        AgentOptions options =
                new AgentOptions(dataDir, runDir, List.of(server), bundle, "qemu", true, false, "vtotest");
        LocalImageCache images = new LocalImageCache(
                dataDir.resolve("images"),
                new RegistryClient(RegistryOptions.withPlainHttp(Set.of())),
                SquashfsBuilder.find(SquashfsOptions.standard()),
                ImageLimits.DEFAULT,
                new CacheLimits(1L << 30, 0.0),
                Clock.systemUTC());
        QemuDriver driver = new QemuDriver(QemuConfig.of(dataDir.resolve("vm"), runDir.resolve("vm"), bundle, true));
        Agent agent = new Agent(
                options,
                new NodeIdentity(args[4], Workloads.CLUSTER, "", ""),
                new Agent.Parts(driver, images, Timeline.system(), FakeServer::dial, () -> {}, Map::of));
        agent.start();
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        stop.await();
        agent.close();
        stopped.countDown();
    }
}
