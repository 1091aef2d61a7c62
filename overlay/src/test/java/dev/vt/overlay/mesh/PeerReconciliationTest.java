package dev.vt.overlay.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.wireguard.DeviceChange;
import dev.vt.overlay.wireguard.DeviceChange.PeerChange;
import dev.vt.overlay.wireguard.DeviceState;
import dev.vt.overlay.wireguard.DeviceState.PeerState;
import dev.vt.overlay.wireguard.KeyPair;
import dev.vt.overlay.wireguard.Peer;
import dev.vt.overlay.wireguard.PublicKey;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** O7. */
class PeerReconciliationTest {
    private static final KeyPair OWN = KeyPair.generate();
    private static final List<PublicKey> KEYS = IntStream.range(0, 4)
            .mapToObj(i -> KeyPair.generate().publicKey())
            .sorted()
            .toList();

    @Property
    void aSecondLookFindsNothing(@ForAll("peers") List<Peer> before, @ForAll("peers") List<Peer> wanted) {
        DeviceState state = device(Optional.empty(), 0, before);

        DeviceChange change = PeerReconciliation.changes(OWN, 51820, wanted, state);
        DeviceState after = applied(state, change);

        assertThat(PeerReconciliation.changes(OWN, 51820, wanted, after).isEmpty())
                .isTrue();
        assertThat(after.peers()).hasSameSizeAs(wanted);
    }

    @Test
    void aPrefixThatMovesIsPutAtItsNewPeerBeforeTheOldOneGoes() {
        Peer old = peer(0, "fd00::9");
        Peer next = peer(1, "fd00::9");

        DeviceChange change = PeerReconciliation.changes(
                OWN, 51820, List.of(next), device(Optional.of(OWN.publicKey()), 51820, List.of(old)));

        assertThat(change.peers()).containsExactly(new PeerChange.Put(next), new PeerChange.Remove(old.key()));
    }

    @Test
    void anEndpointThatWasLearnedIsLeftAlone() {
        Peer learned = new Peer(
                KEYS.get(0),
                Optional.of(new InetSocketAddress("fd99::7", 4711)),
                peer(0, "fd00::9").allowed(),
                0);

        DeviceChange change = PeerReconciliation.changes(
                OWN, 51820, List.of(peer(0, "fd00::9")), device(Optional.of(OWN.publicKey()), 51820, List.of(learned)));

        assertThat(change.isEmpty()).isTrue();
    }

    @Provide
    Arbitrary<List<Peer>> peers() {
        Arbitrary<Integer> owner = Arbitraries.integers().between(-1, 3);
        // Which peer has each of six prefixes, if any.
        return Combinators.combine(
                        owner.list().ofSize(6), Arbitraries.of(0, 25).list().ofSize(4))
                .as((owners, keepalives) -> {
                    List<Peer> out = new ArrayList<>();
                    for (int i = 0; i < KEYS.size(); i++) {
                        TreeSet<Ipv6Prefix> allowed = new TreeSet<>();
                        for (int prefix = 0; prefix < owners.size(); prefix++) {
                            if (owners.get(prefix) == i) {
                                allowed.add(Ipv6Prefix.parse("fd00::" + (prefix + 1)));
                            }
                        }
                        if (!allowed.isEmpty()) {
                            out.add(new Peer(KEYS.get(i), Optional.empty(), allowed, keepalives.get(i)));
                        }
                    }
                    return out;
                });
    }

    /** What a device makes of a change: the last peer that is given a prefix has it. */
    private static DeviceState applied(DeviceState state, DeviceChange change) {
        Map<PublicKey, Peer> peers = new HashMap<>();
        state.peers().forEach(peer -> peers.put(peer.peer().key(), peer.peer()));
        for (PeerChange step : change.peers()) {
            switch (step) {
                case PeerChange.Put(Peer put) -> {
                    peers.replaceAll((key, other) -> without(other, put.allowed()));
                    peers.put(put.key(), put);
                }
                case PeerChange.Remove(PublicKey key) -> peers.remove(key);
            }
        }
        return device(
                change.key().map(KeyPair::publicKey).or(state::publicKey),
                change.port().orElse(state.port()),
                List.copyOf(peers.values()));
    }

    private static Peer without(Peer peer, java.util.SortedSet<Ipv6Prefix> taken) {
        TreeSet<Ipv6Prefix> left = new TreeSet<>(peer.allowed());
        left.removeAll(taken);
        return new Peer(peer.key(), peer.endpoint(), left, peer.keepaliveSeconds());
    }

    private static DeviceState device(Optional<PublicKey> key, int port, List<Peer> peers) {
        return new DeviceState(
                key,
                port,
                peers.stream()
                        .map(peer -> new PeerState(peer, Optional.empty(), 0, 0))
                        .toList());
    }

    private static Peer peer(int key, String... allowed) {
        return new Peer(
                KEYS.get(key),
                Optional.empty(),
                new TreeSet<>(Arrays.stream(allowed).map(Ipv6Prefix::parse).toList()),
                0);
    }
}
