package dev.vt.overlay.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.runtime.host.NetworkNamespace;
import dev.vt.testkit.host.TestHosts;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** W3: frames of a guest that lies, written into its tap. */
class TapGuardTest {
    private static final FilterScope SCOPE = FilterScope.of("node_1");

    /**
     * Opens a tap as a VMM does and writes one frame after the other; prints the guard's counter after each. Arguments: frames in
     * hex.
     */
    private static final String SEND = """
            import fcntl, json, os, struct, subprocess, sys
            tap = os.open('/dev/net/tun', os.O_RDWR)
            fcntl.ioctl(tap, 0x400454ca, struct.pack('16sH', b'vttap', 0x1002))
            def passed():
                out = json.loads(subprocess.check_output(['nft', '-j', 'list', 'table', 'inet', 'seen']))
                return [e['counter']['packets'] for e in out['nftables'] if 'counter' in e][0]
            def spoofed():
                out = json.loads(subprocess.check_output(['nft', '-j', 'list', 'table', 'netdev', '%s']))
                return [e['counter']['packets'] for e in out['nftables'] if 'counter' in e][0]
            for frame in sys.argv[1:]:
                before = (passed(), spoofed())
                os.write(tap, bytes.fromhex(frame))
                after = (passed(), spoofed())
                print(after[0] - before[0], after[1] - before[1])
            """.formatted(SCOPE.table());

    private static final String MAC = "02:00:00:00:00:01";
    private static final String OWN = "fd000000000000000101000000000001";
    private static final String OTHER = "fd000000000000000101000000000002";
    private static final String LINK_LOCAL = "fe80000000000000000000fffe000001";
    private static final String ANY = "00000000000000000000000000000000";
    private static final String TO = "fd000000000000000000000000000001";

    @Test
    void theLinkLocalAddressIsTheOneOfTheMac() {
        assertThat(TapGuard.linkLocal("02:00:00:00:00:01")).isEqualTo("fe80::ff:fe00:1");
        assertThat(TapGuard.linkLocal("02:ab:cd:ef:01:23")).isEqualTo("fe80::ab:cdff:feef:123");
    }

    @Test
    @Tag("slow")
    void onlyItsOwnAddressesPass() throws Exception {
        try (TestHosts hosts = new TestHosts("vto-tg", 1)) {
            hosts.run(1, "ip", "tuntap", "add", "dev", "vttap", "mode", "tap");
            hosts.run(1, "ip", "link", "set", "dev", "vttap", "address", "02:00:00:00:00:99", "up");
            NetworkNamespace host = new NetworkNamespace(hosts.host(1));
            TapGuard guard = new TapGuard(host, SCOPE);
            guard.guard("vttap", MAC, "fd00:0:0:0:101::1");
            guard.guard("vttap", MAC, "fd00:0:0:0:101::1");
            hosts.run(
                    1,
                    "nft",
                    "add table inet seen; add counter inet seen any;"
                            + " add chain inet seen pre { type filter hook prerouting priority -400; };"
                            + " add rule inet seen pre iifname vttap counter name any");

            String udp = "0035003500080000";
            assertThat(send(
                            hosts,
                            ipv6("020000000001", "86dd", OWN, 17, udp),
                            ipv6("020000000001", "86dd", LINK_LOCAL, 17, udp),
                            ipv6("020000000001", "86dd", ANY, 58, "8700000000000000" + TO),
                            ipv6("020000000002", "86dd", OWN, 17, udp),
                            ipv6("020000000001", "86dd", OTHER, 17, udp),
                            ipv6("020000000001", "86dd", ANY, 17, udp),
                            ipv6("020000000001", "86dd", LINK_LOCAL, 58, "8600000000000000" + "0000000000000000"),
                            ipv6("020000000001", "86dd", LINK_LOCAL, 58, "8900000000000000" + TO + TO),
                            ipv6("020000000001", "86dd", LINK_LOCAL, 17, "0222022300080000"),
                            ipv6("020000000001", "8100000186dd", OWN, 17, udp),
                            "020000000099" + "020000000001" + "0806" + "0001080006040001" + "00".repeat(20),
                            "020000000099" + "020000000001" + "0800" + "4500001400000000401100000a0000010a000002"))
                    .containsExactly(
                            "1 0", "1 0", "1 0", "0 1", "0 1", "0 1", "0 1", "0 1", "0 1", "0 1", "0 1", "0 1");
        }
    }

    /** The kernel may keep the chain of a device that went, and a second tap of the name is guarded anew. */
    @Test
    @Tag("slow")
    void aTapThatGoesLeavesNoChain() {
        try (TestHosts hosts = new TestHosts("vto-tr", 1)) {
            NetworkNamespace host = new NetworkNamespace(hosts.host(1));
            TapGuard guard = new TapGuard(host, SCOPE);
            TapGuard other = new TapGuard(host, FilterScope.of("node_2"));
            for (String tap : new String[] {"vta", "vtb"}) {
                hosts.run(1, "ip", "tuntap", "add", "dev", tap, "mode", "tap");
                guard.guard(tap, MAC, "fd00:0:0:0:101::1");
            }
            hosts.run(1, "ip", "tuntap", "add", "dev", "vtc", "mode", "tap");
            other.guard("vtc", MAC, "fd00:0:0:0:101::2");

            hosts.run(1, "ip", "link", "del", "dev", "vta");
            guard.release("vta");
            guard.release("vta");
            assertThat(guard.guarded()).containsExactly("vtb");
            guard.remove();
            guard.remove();
            assertThat(guard.guarded()).isEmpty();
            assertThat(other.guarded()).as("another node's").containsExactly("vtc");
        }
    }

    /** To the tap's own MAC and {@code fd00::1}. */
    private static String ipv6(String from, String type, String source, int protocol, String payload) {
        return "020000000099" + from + type + "60000000%04x%02xff".formatted(payload.length() / 2, protocol) + source
                + TO + payload;
    }

    private static Iterable<String> send(TestHosts hosts, String... frames) throws Exception {
        String[] argv = new String[frames.length + 3];
        argv[0] = "python3";
        argv[1] = "-c";
        argv[2] = SEND;
        System.arraycopy(frames, 0, argv, 3, frames.length);
        Process process = new ProcessBuilder(hosts.command(1, argv))
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return out.lines().toList();
    }
}
