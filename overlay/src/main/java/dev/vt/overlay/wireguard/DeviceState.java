package dev.vt.overlay.wireguard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a device says of itself.
 *
 * @param publicKey of its private key; empty: it has none yet
 * @param port UDP; 0: none chosen
 */
public record DeviceState(Optional<PublicKey> publicKey, int port, List<PeerState> peers) {
    public DeviceState {
        peers = List.copyOf(peers);
    }

    /**
     * @param peer as configured, with the endpoint that is used now
     * @param lastHandshake when keys were last agreed on; empty: never
     */
    public record PeerState(Peer peer, Optional<Instant> lastHandshake, long receivedBytes, long sentBytes) {}
}
