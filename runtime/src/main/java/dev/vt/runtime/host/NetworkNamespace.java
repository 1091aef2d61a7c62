package dev.vt.runtime.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where commands about the network take effect (network_namespaces(7)): this process's own namespace, or one that {@code ip netns}
 * knows by name, which is how several hosts fit on one machine.
 *
 * @param name empty: this process's own
 */
public record NetworkNamespace(String name) {
    public static final NetworkNamespace OWN = new NetworkNamespace("");

    private static final Path DEVICES = Path.of("/sys/class/net");

    /** As {@link HostCommand#run(List)}, in there. */
    public String run(String... argv) {
        return HostCommand.run(command(argv));
    }

    /** As {@link HostCommand#run(List, String)}, in there. */
    public String run(List<String> argv, String input) {
        return HostCommand.run(command(argv.toArray(String[]::new)), input);
    }

    /** What to execute from out here, so that this runs in there. */
    public List<String> command(String... argv) {
        List<String> out = new ArrayList<>();
        if (!name.isEmpty()) {
            out.addAll(List.of("ip", "netns", "exec", name));
        }
        out.addAll(List.of(argv));
        return out;
    }

    public boolean hasDevice(String device) {
        if (name.isEmpty()) {
            return Files.exists(DEVICES.resolve(device));
        }
        // The mount of /sys follows the namespace there, but not here.
        try {
            run("test", "-e", DEVICES.resolve(device).toString());
            return true;
        } catch (HostCommand.CommandException absent) {
            return false;
        }
    }

    /** Fine if there is none, or if whatever served it takes it away meanwhile. */
    public void removeDevice(String device) {
        if (!hasDevice(device)) {
            return;
        }
        try {
            run("ip", "link", "del", "dev", device);
        } catch (HostCommand.CommandException e) {
            if (hasDevice(device)) {
                throw e;
            }
        }
    }
}
