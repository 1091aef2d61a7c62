package dev.vt.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.agent.instance.BootException;
import dev.vt.agent.instance.NodeServices;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import dev.vt.overlay.filter.FilterScope;
import dev.vt.overlay.filter.TapGuard;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.host.HostCommand;
import dev.vt.runtime.host.HostCommand.CommandException;
import dev.vt.runtime.host.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and removes taps with {@code ip}. Each tap carries this node's name as its alias, so that leftovers of an agent that
 * died are told from other people's devices. Stateless; one caller per instance.
 */
public final class TapNetwork implements NodeServices.Network {
    private static final Logger log = LoggerFactory.getLogger(TapNetwork.class);
    private static final String GATEWAY = "fe80::1";
    private static final Path NETWORK_DEVICES = Path.of("/sys/class/net");
    private static final Path SYSCTL = Path.of("/proc/sys/net/ipv6/conf");

    private final String alias;
    private final String group;
    private final TapGuard guard;
    private final BooleanSupplier isolated;

    /**
     * @param nodeId of this node
     * @param isolated whether the packet filter is in force; without it no tap is made
     */
    public TapNetwork(String nodeId, BooleanSupplier isolated) {
        this.alias = "vt " + nodeId;
        FilterScope scope = FilterScope.of(nodeId);
        this.group = Integer.toString(scope.group());
        this.guard = new TapGuard(NetworkNamespace.OWN, scope);
        this.isolated = isolated;
    }

    /** {@code vt} and the last 11 characters of the id (W1). */
    public static String tapName(String id) {
        return "vt" + id.substring(Math.max(0, id.length() - 11));
    }

    /** {@code 02} and five bytes of the id's SHA-256 (W2). */
    public static String mac(String id) {
        byte[] hash = Digests.sha256(id.getBytes(StandardCharsets.UTF_8));
        StringBuilder mac = new StringBuilder("02");
        for (int i = 0; i < 5; i++) {
            mac.append(String.format(":%02x", hash[i]));
        }
        return mac.toString();
    }

    /** Lets this host route between its VMs, and gives it its own address in the cluster's prefix. */
    public void prepareHost(Optional<String> nodeAddress) {
        try {
            keepRouterAdvertisements();
            Files.writeString(SYSCTL.resolve("all/forwarding"), "1");
        } catch (IOException e) {
            log.warn("ipv6 forwarding could not be switched on", e);
        }
        nodeAddress.ifPresent(address -> {
            try {
                HostCommand.run(List.of("ip", "-6", "addr", "replace", address + "/128", "dev", "lo", "nodad"));
            } catch (CommandException e) {
                log.warn("node address could not be set address={}", address, e);
            }
        });
    }

    /** Takes the node's address off the host again; fine if it is not there. */
    public void releaseHost(String address) {
        if (!address.isEmpty()) {
            try {
                HostCommand.run(List.of("ip", "-6", "addr", "del", address + "/128", "dev", "lo"));
            } catch (CommandException e) {
                log.info("node address was not set address={}", address);
            }
        }
    }

    /** A forwarding host ignores router advertisements unless told otherwise; its own uplinks may live by them. */
    private static void keepRouterAdvertisements() throws IOException {
        try (Stream<Path> devices = Files.list(SYSCTL)) {
            for (Path device : devices.toList()) {
                Path accept = device.resolve("accept_ra");
                if (Files.exists(accept) && Files.readString(accept).strip().equals("1")) {
                    Files.writeString(accept, "2");
                }
            }
        }
    }

    @Override
    public Optional<VmSpec.Nic> attach(String instanceId, WorkloadSpec.Network network, OptionalInt owner) {
        if (owner.isEmpty()) {
            return Optional.empty();
        }
        if (!isolated.getAsBoolean()) {
            throw new BootException("network_setup_failed", "filter", null);
        }
        String tap = tapName(instanceId);
        String mac = mac(instanceId);
        detach(instanceId);
        String user = Integer.toString(owner.getAsInt());
        step("tap", "ip", "tuntap", "add", "dev", tap, "mode", "tap", "user", user);
        step("tap", "ip", "link", "set", "dev", tap, "alias", alias, "addrgenmode", "none");
        step("group", "ip", "link", "set", "dev", tap, "group", group);
        try {
            guard.guard(tap, mac, network.address());
        } catch (CommandException e) {
            throw new BootException("network_setup_failed", "guard", e);
        }
        try {
            Files.writeString(SYSCTL.resolve(tap).resolve("accept_ra"), "0");
        } catch (IOException e) {
            throw new BootException("network_setup_failed", "tap", e);
        }
        step("link", "ip", "link", "set", "dev", tap, "mtu", Integer.toString(network.mtu()), "up");
        step("address", "ip", "-6", "addr", "replace", GATEWAY + "/64", "dev", tap, "nodad");
        step("route", "ip", "-6", "route", "replace", network.address() + "/128", "dev", tap);
        step(
                "neighbour",
                "ip",
                "-6",
                "neigh",
                "replace",
                network.address(),
                "lladdr",
                mac,
                "dev",
                tap,
                "nud",
                "permanent");
        return Optional.of(new VmSpec.Nic(tap, mac, network.mtu()));
    }

    @Override
    public void detach(String instanceId) {
        remove(tapName(instanceId));
    }

    /** Removes taps of this node that belong to none of these instances (W1). */
    public void retainOnly(Set<String> instanceIds) {
        Set<String> wanted = instanceIds.stream().map(TapNetwork::tapName).collect(Collectors.toSet());
        for (String tap : ownTaps()) {
            if (wanted.contains(tap)) {
                // An agent from before there was a filter made it without.
                HostCommand.run(List.of("ip", "link", "set", "dev", tap, "group", group));
            } else {
                log.info("leftover tap removed tap={}", tap);
                remove(tap);
            }
        }
        // Of a tap that went while the agent was killed before it came to the chain.
        guard.guarded().stream().filter(tap -> !wanted.contains(tap)).forEach(guard::release);
    }

    /** Names of the taps that carry this node's alias. */
    List<String> ownTaps() {
        JsonNode links = Json.parse(HostCommand.run(List.of("ip", "-j", "-d", "link", "show", "type", "tun")));
        return Stream.iterate(0, i -> i < links.size(), i -> i + 1)
                .map(links::get)
                .filter(link -> alias.equals(link.path("ifalias").asText()))
                .map(link -> link.path("ifname").asText())
                .toList();
    }

    private void remove(String tap) {
        if (Files.exists(NETWORK_DEVICES.resolve(tap))) {
            try {
                HostCommand.run(List.of("ip", "link", "del", "dev", tap));
            } catch (CommandException e) {
                if (Files.exists(NETWORK_DEVICES.resolve(tap))) {
                    throw e;
                }
            }
        }
        guard.release(tap);
    }

    private static void step(String name, String... argv) {
        try {
            HostCommand.run(List.of(argv));
        } catch (CommandException e) {
            throw new BootException("network_setup_failed", name, e);
        }
    }
}
