package dev.vt.overlay.filter;

import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.runtime.host.NetworkNamespace;
import java.util.HexFormat;
import java.util.List;

/**
 * What an instance may send at all (W3): frames with its own MAC and IPv6 address, at the ingress of its tap, before anything of
 * the host looks at them. The chain goes with the tap.
 */
public final class TapGuard {
    private static final String TABLE = "netdev vt_guard";

    private TapGuard() {}

    /**
     * The text that guards a tap, replacing what guarded it before.
     *
     * @param tap interface name
     * @param mac six bytes in hex, separated by colons
     */
    static String text(String tap, String mac, Ipv6Prefix address) {
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
                """.formatted(TABLE, tap, String.join("\n", rules));
    }

    /** @throws dev.vt.runtime.host.HostCommand.CommandException if it could not be loaded: the instance must not start */
    public static void guard(NetworkNamespace namespace, String tap, String mac, String address) {
        namespace.run(List.of("nft", "-f", "-"), text(tap, mac, Ipv6Prefix.parse(address)));
    }

    /** RFC 4291 appendix A: the address that the guest's kernel makes of the MAC. */
    static String linkLocal(String mac) {
        byte[] bytes = HexFormat.ofDelimiter(":").parseHex(mac);
        return Ipv6Prefix.parse("fe80::%02x%02x:%02xff:fe%02x:%02x%02x"
                        .formatted(bytes[0] ^ 2, bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]))
                .address();
    }
}
