package dev.vt.agent.testing;

import dev.vt.agent.actor.Timeline;
import dev.vt.agent.link.NodeIdentity;
import dev.vt.agent.node.Agent;
import dev.vt.agent.node.AgentOptions;
import dev.vt.images.DurableFiles;
import dev.vt.runtime.sim.SimDriver;
import dev.vt.runtime.sim.SimHost;
import dev.vt.runtime.sim.SimScript;
import dev.vt.runtime.sim.SimTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A simulated machine whose agent can be started, killed and started again. */
public final class SimNode implements AutoCloseable {
    public final SimScript script = new SimScript();
    public final SimHost host = new SimHost(script, SimTime.real());
    public final FakeImages images = new FakeImages();
    public final Path dataDir;
    private final Path runDir;
    private final FakeServer server;
    private final Timeline timeline;
    private Agent agent;

    public SimNode(Path directory, FakeServer server, Timeline timeline) {
        this.dataDir = directory.resolve("data");
        this.runDir = memoryDirectory();
        this.server = server;
        this.timeline = timeline;
    }

    public Agent start() throws IOException {
        Files.createDirectories(dataDir);
        AgentOptions options = new AgentOptions(
                dataDir, runDir, List.of(server.address()), Path.of("sim"), "sim", false, false, "vtwg0");
        agent = new Agent(
                options,
                new NodeIdentity(Workloads.NODE, Workloads.CLUSTER, "", ""),
                new Agent.Parts(new SimDriver(host), images, timeline, FakeServer::dial, () -> {}, Map::of));
        agent.start();
        return agent;
    }

    public Agent agent() {
        return agent;
    }

    /** A tmpfs already, so that the agent mounts none. */
    private static Path memoryDirectory() {
        try {
            Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "vt-agent-test");
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process is gone; VMs stay. */
    public void killAgent() {
        agent.close();
    }

    @Override
    public void close() {
        if (agent != null) {
            agent.close();
        }
        DurableFiles.deleteTree(runDir);
    }
}
