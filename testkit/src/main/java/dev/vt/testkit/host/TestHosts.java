package dev.vt.testkit.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Hosts as network namespaces, each with one interface {@code eth0} on a common bridge, which is a namespace too: nothing of it
 * touches the machine's own network. Host {@code n} (from 1) is {@code fd99::n}. Needs root, {@code ip} and {@code nft}. Close
 * removes everything, and fails if a process is left in a host.
 */
public final class TestHosts implements AutoCloseable {
    private static final String SWITCH = "sw";

    private final String prefix;
    private final int count;
    private final List<String> guests = new ArrayList<>();

    /** @param prefix of the namespaces' names; at most 10 characters, unique on the machine */
    public TestHosts(String prefix, int count) {
        this.prefix = prefix;
        this.count = count;
        ip("netns", "add", name(SWITCH));
        in(SWITCH, "ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
        in(SWITCH, "ip", "link", "set", "br0", "up");
        for (int n = 1; n <= count; n++) {
            addHost(n);
        }
    }

    private void addHost(int n) {
        ip("netns", "add", host(n));
        ip("link", "add", "p" + n, "netns", name(SWITCH), "type", "veth", "peer", "name", "eth0", "netns", host(n));
        in(SWITCH, "ip", "link", "set", "p" + n, "master", "br0", "up");
        run(n, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.eth0.accept_dad=0");
        run(n, "ip", "link", "set", "lo", "up");
        run(n, "ip", "-6", "addr", "add", address(n) + "/64", "dev", "eth0", "nodad");
        run(n, "ip", "link", "set", "eth0", "up");
    }

    /**
     * Gives a host a guest, as an agent wires an instance (network.md W2): a namespace of its own with one address, reached by a
     * /128 route.
     *
     * @param name of the guest, and of its device in the host; at most 10 characters
     * @param group of the device (ip-link(8))
     */
    public void addGuest(int n, String name, String address, int group) {
        ip("netns", "add", name(name));
        guests.add(name);
        ip("link", "add", name, "netns", host(n), "type", "veth", "peer", "name", "eth0", "netns", name(name));
        run(n, "ip", "link", "set", name, "group", Integer.toString(group), "up");
        run(n, "ip", "-6", "addr", "add", "fe80::1/64", "dev", name, "nodad");
        run(n, "ip", "-6", "route", "add", address + "/128", "dev", name);
        in(name, "ip", "link", "set", "lo", "up");
        in(name, "ip", "link", "set", "eth0", "up");
        in(name, "ip", "-6", "addr", "add", address + "/128", "dev", "eth0", "nodad");
        in(name, "ip", "-6", "route", "add", "default", "via", "fe80::1", "dev", "eth0");
    }

    /** What to execute from outside, so that this runs in the guest. */
    public List<String> guestCommand(String name, String... argv) {
        List<String> out = new ArrayList<>(List.of("ip", "netns", "exec", name(name)));
        out.addAll(List.of(argv));
        return out;
    }

    /** Name of the namespace. */
    public String host(int n) {
        return name("h" + n);
    }

    /** On the underlay. */
    public String address(int n) {
        return "fd99::" + Integer.toHexString(n);
    }

    /**
     * Runs a command in a host to its end, at most 30 s.
     *
     * @return what it printed
     * @throws IllegalStateException if it failed
     */
    public String run(int n, String... argv) {
        return in("h" + n, argv);
    }

    /** What to execute from outside, so that this runs in the host. */
    public List<String> command(int n, String... argv) {
        List<String> out = new ArrayList<>(List.of("ip", "netns", "exec", host(n)));
        out.addAll(List.of(argv));
        return out;
    }

    /** Nothing passes between these two until {@link #heal}. */
    public void cut(int a, int b) {
        rule(a, b, "drop");
    }

    /** So many of a hundred packets between these two are lost, until {@link #heal}. */
    public void lose(int a, int b, int percent) {
        rule(a, b, "numgen random mod 100 < " + percent + " drop");
    }

    private void rule(int a, int b, String verdict) {
        StringBuilder text = new StringBuilder("""
                add table bridge cuts
                add chain bridge cuts forward { type filter hook forward priority 0; policy accept; }
                """);
        for (int[] way : new int[][] {{a, b}, {b, a}}) {
            text.append("add rule bridge cuts forward iifname p%d oifname p%d %s%n".formatted(way[0], way[1], verdict));
        }
        exec(text.toString(), List.of("ip", "netns", "exec", name(SWITCH), "nft", "-f", "-"));
    }

    /** Everything passes again. */
    public void heal() {
        exec(
                "add table bridge cuts\ndelete table bridge cuts\n",
                List.of("ip", "netns", "exec", name(SWITCH), "nft", "-f", "-"));
    }

    @Override
    public void close() {
        Set<String> left = new TreeSet<>();
        for (String guest : guests) {
            ip("netns", "pids", name(guest)).lines().forEach(left::add);
            ip("netns", "del", name(guest));
        }
        for (int n = 1; n <= count; n++) {
            ip("netns", "pids", host(n)).lines().forEach(left::add);
            ip("netns", "del", host(n));
        }
        ip("netns", "del", name(SWITCH));
        if (!left.isEmpty()) {
            throw new IllegalStateException("processes left in the hosts: " + left);
        }
    }

    private String name(String suffix) {
        return prefix + "-" + suffix;
    }

    private String in(String suffix, String... argv) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name(suffix)));
        all.addAll(List.of(argv));
        return exec("", all);
    }

    private static String ip(String... arguments) {
        List<String> argv = new ArrayList<>(List.of("ip"));
        argv.addAll(List.of(arguments));
        return exec("", argv);
    }

    private static String exec(String input, List<String> argv) {
        try {
            Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
            try {
                process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().close();
                String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IllegalStateException(String.join(" ", argv) + ": " + out.strip());
                }
                return out;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not run " + argv.getFirst(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + argv.getFirst(), e);
        }
    }
}
