package dev.vt.overlay.mesh;

import dev.vt.overlay.wireguard.DeviceChange;
import dev.vt.overlay.wireguard.DeviceChange.PeerChange;
import dev.vt.overlay.wireguard.DeviceState;
import dev.vt.overlay.wireguard.DeviceState.PeerState;
import dev.vt.overlay.wireguard.KeyPair;
import dev.vt.overlay.wireguard.Peer;
import dev.vt.overlay.wireguard.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * From what a device has to what it should have (O7). Pure; what is right already is not written, so a second look finds nothing.
 */
final class PeerReconciliation {
    private PeerReconciliation() {}

    /**
     * @param wanted an empty endpoint: whatever is in use
     */
    static DeviceChange changes(KeyPair key, int port, Collection<Peer> wanted, DeviceState state) {
        Map<PublicKey, PeerState> present = new TreeMap<>();
        state.peers().forEach(peer -> present.put(peer.peer().key(), peer));
        List<PeerChange> changes = new ArrayList<>();
        // Put before remove: a prefix that moves is never without a peer.
        for (Peer peer : wanted) {
            PeerState now = present.remove(peer.key());
            if (now == null || !isRight(peer, now.peer())) {
                changes.add(new PeerChange.Put(peer));
            }
        }
        present.keySet().forEach(gone -> changes.add(new PeerChange.Remove(gone)));
        boolean keyIsRight = state.publicKey().equals(Optional.of(key.publicKey()));
        return new DeviceChange(
                keyIsRight ? Optional.empty() : Optional.of(key),
                state.port() == port ? OptionalInt.empty() : OptionalInt.of(port),
                changes);
    }

    private static boolean isRight(Peer wanted, Peer now) {
        return (wanted.endpoint().isEmpty() || wanted.endpoint().equals(now.endpoint()))
                && wanted.allowed().equals(now.allowed())
                && wanted.keepaliveSeconds() == now.keepaliveSeconds();
    }
}
