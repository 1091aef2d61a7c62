package dev.vt.overlay.wireguard;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to write to a device, in this order. A peer that is set gets exactly these prefixes; a prefix that another peer had moves.
 *
 * @param key the device's own, if it is to change
 * @param port UDP, if it is to change
 */
public record DeviceChange(Optional<KeyPair> key, OptionalInt port, List<PeerChange> peers) {
    public DeviceChange {
        peers = List.copyOf(peers);
    }

    public boolean isEmpty() {
        return key.isEmpty() && port.isEmpty() && peers.isEmpty();
    }

    /** What is done with one peer. */
    public sealed interface PeerChange {
        /** Adds or rewrites it; without an endpoint the one in use stays. */
        record Put(Peer peer) implements PeerChange {}

        record Remove(PublicKey key) implements PeerChange {}
    }
}
