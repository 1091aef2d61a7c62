package dev.vt.overlay.filter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.runtime.host.HostCommand.CommandException;
import dev.vt.runtime.host.NetworkNamespace;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an instance may send at all (W3): frames with its own MAC and IPv6 address, at the ingress of its tap, before anything of
 * the host looks at them. A chain per tap, named as the tap, in a table of family netdev that is one node's. Some kernels keep
 * the chain of a device that went, so it is deleted after the tap.
 */
public final class TapGuard {
    private final NetworkNamespace namespace;
    private final String table;

    public TapGuard(NetworkNamespace namespace, FilterScope scope) {
        this.namespace = namespace;
        this.table = "netdev " + scope.table();
    }

    /**
     * The text that guards a tap, replacing what guarded it before.
     *
     * @param tap interface name
     * @param mac six bytes in hex, separated by colons
     */
    String text(String tap, String mac, Ipv6Prefix address) {
        String spoofed = "counter name spoofed drop";
        List<String> rules = List.of(
                "ether saddr != " + mac + " " + spoofed,
                "ether type { vlan, 0x88a8 } " + spoofed,
                "meta protocol != ip6 " + spoofed,
                "icmpv6 type { nd-router-advert, nd-redirect } " + spoofed,
                "udp dport { 546, 547 } " + spoofed,
                "ip6 saddr { " + address.address() + ", " + linkLocal(mac) + " } accept",
                "ip6 saddr :: icmpv6 type nd-neighbor-solicit accept",
                spoofed);
        return """
                add table %1$s
                add counter %1$s spoofed
                add chain %1$s %2$s { type filter hook ingress device "%2$s" priority -500; policy drop; }
                flush chain %1$s %2$s
                table %1$s {
                chain %2$s {
                %3$s
                }
                }
                """.formatted(table, tap, String.join("\n", rules));
    }

    /** @throws CommandException if it could not be loaded: the instance must not start */
    public void guard(String tap, String mac, String address) {
        namespace.run(List.of("nft", "-f", "-"), text(tap, mac, Ipv6Prefix.parse(address)));
    }

    /** For a tap that is gone; fine if its chain went with it. */
    public void release(String tap) {
        if (!guarded().contains(tap)) {
            return;
        }
        try {
            namespace.run(List.of("nft", "-f", "-"), "delete chain " + table + " " + tap + "\n");
        } catch (CommandException e) {
            if (guarded().contains(tap)) {
                throw e;
            }
        }
    }

    /** The taps that have a chain, in order of their names. */
    public Set<String> guarded() {
        Set<String> taps = new TreeSet<>();
        for (JsonNode entry : Json.parse(namespace.run("nft", "-j", "list", "chains", "netdev"))
                .path("nftables")) {
            JsonNode chain = entry.path("chain");
            if (table.equals("netdev " + chain.path("table").asText())) {
                taps.add(chain.path("name").asText());
            }
        }
        return taps;
    }

    /** Takes the table away; fine if there is none. */
    public void remove() {
        namespace.run(List.of("nft", "-f", "-"), "add table " + table + "\ndelete table " + table + "\n");
    }

    /** RFC 4291 appendix A: the address that the guest's kernel makes of the MAC. */
    static String linkLocal(String mac) {
        byte[] bytes = HexFormat.ofDelimiter(":").parseHex(mac);
        return Ipv6Prefix.parse("fe80::%02x%02x:%02xff:fe%02x:%02x%02x"
                        .formatted(bytes[0] ^ 2, bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]))
                .address();
    }
}
