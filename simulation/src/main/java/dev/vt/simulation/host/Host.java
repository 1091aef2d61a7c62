package dev.vt.simulation.host;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One machine of the network.
 *
 * @param number from 1
 * @param namespace of its network
 */
public record Host(int number, String namespace) {
    private static final String FILTER = "add table inet faults; add chain inet faults in"
            + " { type filter hook input priority 0; policy accept; }";

    public String address() {
        return "fd76:7400::" + number;
    }

    /** The command, run on this host; what it mounts, only it sees. */
    List<String> on(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(Arrays.asList(command));
        return all;
    }

    /** All that run on it. A database that outlived its server is no child of the next one. */
    List<Long> processes() throws InterruptedException {
        return Command.run("ip", "netns", "pids", namespace)
                .lines()
                .map(Long::valueOf)
                .toList();
    }

    private void here(String... command) throws InterruptedException {
        Command.run(on(command));
    }

    void configure() throws InterruptedException {
        here("ip", "link", "set", "lo", "up");
        here("ip", "addr", "add", address() + "/64", "dev", "eth0", "nodad");
        here("ip", "link", "set", "eth0", "up");
        here("nft", FILTER);
    }

    /** Drops what comes from another host, also on connections that exist. */
    public void ignore(Host other) throws InterruptedException {
        here("nft", "add rule inet faults in ip6 saddr " + other.address() + " drop");
    }

    public void hearAll() throws InterruptedException {
        here("nft", "flush chain inet faults in");
    }
}
