package dev.vt.agent.node;

import dev.vt.identity.ServerAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * How {@code vt agent run} was called.
 *
 * @param dataDir identity, plan, object files, image cache, logs: survives a reboot
 * @param runDir sockets and secrets: may be lost with the host
 * @param driver {@code qemu} or {@code sim}
 * @param allowEmulation whether tenants' guests may run under TCG (RT14)
 * @param stopVmsOnExit SIGTERM also stops the VMs; otherwise they outlive the agent (RT2)
 * @param overlayDevice interface name of the mesh (network.md O1)
 */
public record AgentOptions(
        Path dataDir,
        Path runDir,
        List<ServerAddress> servers,
        Path kernelBundle,
        String driver,
        boolean allowEmulation,
        boolean stopVmsOnExit,
        String overlayDevice) {
    public AgentOptions {
        dataDir = dataDir.toAbsolutePath();
        runDir = runDir.toAbsolutePath();
        kernelBundle = kernelBundle.toAbsolutePath();
        servers = List.copyOf(servers);
    }

    /** Whether there are VMs with network devices at all. */
    boolean hasNetwork() {
        return !driver.equals("sim");
    }

    Path objectFiles() {
        return dataDir.resolve("objects").resolve("instance");
    }
}
