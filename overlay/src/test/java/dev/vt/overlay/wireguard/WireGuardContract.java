package dev.vt.overlay.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.wireguard.DeviceChange.PeerChange;
import dev.vt.runtime.host.NetworkNamespace;
import dev.vt.testkit.host.TestHosts;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a WireGuard device does, whatever it is made of (O5); each device in a host of its own. */
@Tag("slow")
abstract class WireGuardContract {
    private static final int PORT = 51820;
    private static final int MTU = 1420;

    @TempDir
    Path runDir;

    private TestHosts hosts;
    private final List<WireGuard> devices = new ArrayList<>();

    /** @param device unique on the machine */
    abstract WireGuard device(NetworkNamespace namespace, String device, Path runDir);

    @BeforeEach
    void makeHosts() {
        hosts = new TestHosts("vto-wg", 2);
    }

    @AfterEach
    void removeAll() {
        devices.forEach(WireGuard::remove);
        hosts.close();
    }

    private WireGuard deviceOf(int host) {
        WireGuard device = device(new NetworkNamespace(hosts.host(host)), "vtotest" + host, runDir);
        devices.add(device);
        return device;
    }

    @Test
    void itIsMadeOnceAndFoundAgain() throws Exception {
        WireGuard device = deviceOf(1);

        assertThat(device.ensure(MTU)).isTrue();
        assertThat(device.ensure(MTU)).isFalse();
        assertThat(deviceOf(1).ensure(MTU)).as("by the next process").isFalse();

        assertThat(device.state())
                .isEqualTo(new DeviceState(Optional.empty(), device.state().port(), List.of()));
        assertThat(hosts.run(1, "ip", "link", "show", "vtotest1")).contains("mtu 1420", "UP");
    }

    @Test
    void whatIsWrittenIsReadBackAndTheKeyIsNowhereInIt() throws Exception {
        WireGuard device = deviceOf(1);
        device.ensure(MTU);
        KeyPair key = KeyPair.generate();
        Peer peer = new Peer(
                KeyPair.generate().publicKey(),
                Optional.of(new InetSocketAddress(hosts.address(2), PORT)),
                prefixes("fd00::2/128", "fd00::101:0:0:0/80"),
                25);

        device.apply(new DeviceChange(Optional.of(key), OptionalInt.of(PORT), List.of(new PeerChange.Put(peer))));

        DeviceState state = device.state();
        assertThat(state.publicKey()).contains(key.publicKey());
        assertThat(state.port()).isEqualTo(PORT);
        assertThat(state.peers()).extracting(DeviceState.PeerState::peer).containsExactly(peer);
        assertThat(state.peers())
                .allSatisfy(seen -> assertThat(seen.lastHandshake()).isEmpty());
        assertThat(state.toString()).doesNotContain(key.privateHex(), key.privateBase64());
    }

    @Test
    void aPeerThatIsPutAgainHasExactlyTheNewPrefixesAndKeepsItsEndpoint() throws Exception {
        WireGuard device = deviceOf(1);
        device.ensure(MTU);
        PublicKey key = KeyPair.generate().publicKey();
        Optional<InetSocketAddress> endpoint = Optional.of(new InetSocketAddress(hosts.address(2), PORT));
        put(device, new Peer(key, endpoint, prefixes("fd00::2/128", "fd00::3/128"), 25));

        put(device, new Peer(key, Optional.empty(), prefixes("fd00::3/128"), 0));

        assertThat(device.state().peers())
                .extracting(DeviceState.PeerState::peer)
                .containsExactly(new Peer(key, endpoint, prefixes("fd00::3/128"), 0));
    }

    @Test
    void aPrefixMovesToThePeerThatIsPutLast() throws Exception {
        WireGuard device = deviceOf(1);
        device.ensure(MTU);
        PublicKey first = KeyPair.generate().publicKey();
        PublicKey second = KeyPair.generate().publicKey();
        put(device, new Peer(first, Optional.empty(), prefixes("fd00::2/128", "fd00::9/128"), 0));

        put(device, new Peer(second, Optional.empty(), prefixes("fd00::9/128"), 0));

        assertThat(device.state().peers())
                .extracting(DeviceState.PeerState::peer)
                .containsExactlyInAnyOrder(
                        new Peer(first, Optional.empty(), prefixes("fd00::2/128"), 0),
                        new Peer(second, Optional.empty(), prefixes("fd00::9/128"), 0));
    }

    @Test
    void aPeerThatIsRemovedIsGone() throws Exception {
        WireGuard device = deviceOf(1);
        device.ensure(MTU);
        PublicKey key = KeyPair.generate().publicKey();
        put(device, new Peer(key, Optional.empty(), prefixes("fd00::2/128"), 0));

        device.apply(new DeviceChange(Optional.empty(), OptionalInt.empty(), List.of(new PeerChange.Remove(key))));

        assertThat(device.state().peers()).isEmpty();
    }

    @Test
    void packetsPassBetweenAllowedAddressesOnly() throws Exception {
        WireGuard one = deviceOf(1);
        WireGuard two = deviceOf(2);
        KeyPair keyOne = KeyPair.generate();
        KeyPair keyTwo = KeyPair.generate();
        join(1, one, keyOne, keyTwo.publicKey(), 2);
        join(2, two, keyTwo, keyOne.publicKey(), 1);

        assertThat(hosts.run(1, "ping", "-6", "-c", "1", "-W", "5", "fd00::2")).contains("1 received");
        assertThat(one.state().peers().getFirst().lastHandshake()).isPresent();
        assertThat(one.state().peers().getFirst().receivedBytes()).isPositive();

        hosts.run(1, "ip", "-6", "addr", "add", "fd00::7/128", "dev", "lo", "nodad");
        assertThatThrownBy(() -> hosts.run(1, "ping", "-6", "-c", "1", "-W", "1", "-I", "fd00::7", "fd00::2"))
                .as("an address that is not this peer's (O4, W4)")
                .hasMessageContaining("0 received");
    }

    @Test
    void removingIsRepeatable() throws Exception {
        WireGuard device = deviceOf(1);
        device.ensure(MTU);

        device.remove();

        assertThatThrownBy(device::state).isInstanceOf(WireGuardException.class);
        assertThat(hosts.run(1, "ip", "link", "show")).doesNotContain("vtotest1");
        assertThatCode(device::remove).doesNotThrowAnyException();
    }

    private void join(int host, WireGuard device, KeyPair key, PublicKey other, int otherHost) throws Exception {
        device.ensure(MTU);
        hosts.run(host, "ip", "-6", "addr", "add", "fd00::" + host + "/128", "dev", "lo", "nodad");
        hosts.run(host, "ip", "-6", "route", "add", "fd00::/64", "dev", "vtotest" + host);
        device.apply(new DeviceChange(
                Optional.of(key),
                OptionalInt.of(PORT),
                List.of(new PeerChange.Put(new Peer(
                        other,
                        Optional.of(new InetSocketAddress(hosts.address(otherHost), PORT)),
                        prefixes("fd00::" + otherHost + "/128"),
                        0)))));
    }

    private static void put(WireGuard device, Peer peer) {
        device.apply(new DeviceChange(Optional.empty(), OptionalInt.empty(), List.of(new PeerChange.Put(peer))));
    }

    private static SortedSet<Ipv6Prefix> prefixes(String... texts) {
        return new TreeSet<>(Arrays.stream(texts).map(Ipv6Prefix::parse).toList());
    }
}
