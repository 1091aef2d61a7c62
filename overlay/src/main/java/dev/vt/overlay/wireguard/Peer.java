package dev.vt.overlay.wireguard;

import dev.vt.overlay.address.Ipv6Prefix;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A peer as it is configured.
 *
 * @param endpoint where packets to it go; empty: only where its own come from
 * @param allowed prefixes routed to it and accepted from it; the device gives a prefix to one peer only
 * @param keepaliveSeconds 0: off
 */
public record Peer(
        PublicKey key, Optional<InetSocketAddress> endpoint, SortedSet<Ipv6Prefix> allowed, int keepaliveSeconds) {
    public Peer {
        allowed = new TreeSet<>(allowed);
        if (keepaliveSeconds < 0 || keepaliveSeconds > 0xffff) {
            throw new IllegalArgumentException("a keepalive of " + keepaliveSeconds + " s");
        }
    }

    Peer withEndpoint(Optional<InetSocketAddress> other) {
        return new Peer(key, other, allowed, keepaliveSeconds);
    }
}
