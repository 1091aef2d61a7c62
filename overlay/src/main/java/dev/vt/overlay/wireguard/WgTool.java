package dev.vt.overlay.wireguard;

import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.wireguard.DeviceChange.PeerChange;
import dev.vt.overlay.wireguard.DeviceState.PeerState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What {@code wg(8)} reads and prints. Pure. */
final class WgTool {
    private static final String NONE = "(none)";

    private WgTool() {}

    /** Arguments of {@code wg set DEVICE}; the private key is read from standard input. */
    static List<String> setArguments(DeviceChange change) {
        List<String> out = new ArrayList<>();
        if (change.key().isPresent()) {
            out.addAll(List.of("private-key", "/dev/stdin"));
        }
        change.port().ifPresent(port -> out.addAll(List.of("listen-port", Integer.toString(port))));
        for (PeerChange peer : change.peers()) {
            switch (peer) {
                case PeerChange.Put(Peer wanted) -> put(out, wanted);
                case PeerChange.Remove(PublicKey key) -> out.addAll(List.of("peer", key.toString(), "remove"));
            }
        }
        return out;
    }

    private static void put(List<String> out, Peer peer) {
        out.addAll(List.of("peer", peer.key().toString()));
        peer.endpoint().ifPresent(endpoint -> out.addAll(List.of("endpoint", Uapi.text(endpoint))));
        out.addAll(List.of("persistent-keepalive", Integer.toString(peer.keepaliveSeconds())));
        out.add("allowed-ips");
        out.add(peer.allowed().stream().map(Ipv6Prefix::toString).collect(Collectors.joining(",")));
    }

    /**
     * Reads {@code wg show DEVICE dump}: tab-separated, the device first; its first field is the private key.
     *
     * @throws WireGuardException if it cannot be understood
     */
    static DeviceState state(String dump) {
        try {
            List<String> lines = dump.lines().toList();
            String[] device = lines.getFirst().split("\t");
            Optional<PublicKey> own =
                    device[0].equals(NONE) ? Optional.empty() : Optional.of(PublicKey.parse(device[1]));
            return new DeviceState(
                    own,
                    Integer.parseInt(device[2]),
                    lines.stream().skip(1).map(WgTool::peer).toList());
        } catch (IllegalArgumentException | IndexOutOfBoundsException | NoSuchElementException e) {
            // Not quoted, and no cause: the text may hold the private key.
            throw new WireGuardException("wg prints what cannot be understood", null);
        }
    }

    private static PeerState peer(String line) {
        String[] fields = line.split("\t");
        SortedSet<Ipv6Prefix> allowed = new TreeSet<>();
        if (!fields[3].equals(NONE)) {
            for (String prefix : fields[3].split(",")) {
                allowed.add(Ipv6Prefix.parse(prefix));
            }
        }
        long handshake = Long.parseLong(fields[4]);
        return new PeerState(
                new Peer(
                        PublicKey.parse(fields[0]),
                        fields[2].equals(NONE) ? Optional.empty() : Optional.of(Uapi.endpoint(fields[2])),
                        allowed,
                        fields[7].equals("off") ? 0 : Integer.parseInt(fields[7])),
                handshake == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(handshake)),
                Long.parseLong(fields[5]),
                Long.parseLong(fields[6]));
    }
}
