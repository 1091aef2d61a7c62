package dev.vt.overlay.mesh;

import dev.vt.api.node.NodeNetwork;
import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.address.Subnet;
import dev.vt.overlay.wireguard.PublicKey;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What a node's network must hold before any of it is applied (O4). Pure. */
public final class MeshRules {
    private MeshRules() {}

    /** Why the whole plan is refused; empty: it is not. */
    public static Optional<String> refusal(NodeNetwork network) {
        try {
            Subnet subnet = Subnet.parse(network.subnet());
            Ipv6Prefix own = Ipv6Prefix.parse(network.address());
            if (!subnet.nodes().contains(own) || !subnet.prefix().contains(Ipv6Prefix.parse(network.block()))) {
                return Optional.of("the node's address or block is outside " + subnet.prefix());
            }
            Set<Ipv6Prefix> taken = new HashSet<>(Set.of(own, Ipv6Prefix.parse(network.block())));
            Set<PublicKey> keys = new HashSet<>();
            for (NodeNetwork.Peer peer : network.peers()) {
                if (!keys.add(PublicKey.parse(peer.publicKey()))) {
                    return Optional.of("two peers have one key");
                }
                for (String text : peer.allowed()) {
                    Ipv6Prefix prefix = Ipv6Prefix.parse(text);
                    if (!subnet.prefix().contains(prefix)) {
                        return Optional.of(prefix + " of " + peer.nodeId() + " is outside " + subnet.prefix());
                    }
                    if (!taken.add(prefix)) {
                        return Optional.of(prefix + " is at two nodes");
                    }
                }
                peer.endpoints().forEach(Endpoints::parse);
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
