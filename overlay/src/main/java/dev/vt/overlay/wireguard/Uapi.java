package dev.vt.overlay.wireguard;

import dev.vt.overlay.address.Ipv6Prefix;
import dev.vt.overlay.wireguard.DeviceChange.PeerChange;
import dev.vt.overlay.wireguard.DeviceState.PeerState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Text of the userspace configuration protocol: {@code key=value} lines, ended by an empty one; the answer ends with
 * {@code errno=N} (<a href="https://www.wireguard.com/xplatform/#configuration-protocol">source</a>). Pure.
 */
final class Uapi {
    static final String GET = "get=1\n\n";

    private Uapi() {}

    /** The request that makes this change; holds the private key if that changes. */
    static String set(DeviceChange change) {
        StringBuilder out = new StringBuilder("set=1\n");
        change.key().ifPresent(key -> line(out, "private_key", key.privateHex()));
        change.port().ifPresent(port -> line(out, "listen_port", port));
        for (PeerChange peer : change.peers()) {
            switch (peer) {
                case PeerChange.Put(Peer wanted) -> put(out, wanted);
                case PeerChange.Remove(PublicKey key) -> {
                    line(out, "public_key", key.hex());
                    line(out, "remove", true);
                }
            }
        }
        return out.append('\n').toString();
    }

    private static void put(StringBuilder out, Peer peer) {
        line(out, "public_key", peer.key().hex());
        peer.endpoint().ifPresent(endpoint -> line(out, "endpoint", text(endpoint)));
        line(out, "persistent_keepalive_interval", peer.keepaliveSeconds());
        line(out, "replace_allowed_ips", true);
        peer.allowed().forEach(prefix -> line(out, "allowed_ip", prefix));
    }

    private static void line(StringBuilder out, String key, Object value) {
        out.append(key).append('=').append(value).append('\n');
    }

    /** {@code [v6]:port} or {@code v4:port}. */
    static String text(InetSocketAddress endpoint) {
        String host = endpoint.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + endpoint.getPort();
    }

    /** @throws IllegalArgumentException if it is not what {@link #text} gives */
    static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, Math.max(0, colon));
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(text.substring(colon + 1)));
    }

    /**
     * Reads what a device answers to {@link #GET}.
     *
     * @throws WireGuardException if it says an error number, or what cannot be understood
     */
    static DeviceState state(List<String> answer) {
        check(answer);
        Reading reading = new Reading();
        try {
            for (String line : answer) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    reading.take(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            return reading.state();
        } catch (IllegalArgumentException e) {
            // The line is not quoted: it may be the private key.
            throw new WireGuardException("the device says what cannot be understood", null);
        }
    }

    /** @throws WireGuardException unless the answer says {@code errno=0} */
    static void check(List<String> answer) {
        String last = answer.stream()
                .filter(line -> line.startsWith("errno="))
                .findFirst()
                .orElse("no answer");
        if (!last.equals("errno=0")) {
            throw new WireGuardException("the device refuses: " + last, null);
        }
    }

    /** Lines of one answer as they come. */
    private static final class Reading {
        private Optional<PublicKey> own = Optional.empty();
        private int port;
        private final List<PeerState> peers = new ArrayList<>();
        private @Nullable PublicKey key;
        private Optional<InetSocketAddress> endpoint = Optional.empty();
        private SortedSet<Ipv6Prefix> allowed = new TreeSet<>();
        private int keepalive;
        private long handshakeSeconds;
        private long handshakeNanos;
        private long received;
        private long sent;

        void take(String name, String value) {
            switch (name) {
                case "private_key" ->
                    own = Optional.of(KeyPair.of(HexFormat.of().parseHex(value)).publicKey());
                case "listen_port" -> port = Integer.parseInt(value);
                case "public_key" -> {
                    finishPeer();
                    key = PublicKey.parseHex(value);
                }
                case "endpoint" -> endpoint = Optional.of(Uapi.endpoint(value));
                case "allowed_ip" -> allowed.add(Ipv6Prefix.parse(value));
                case "persistent_keepalive_interval" -> keepalive = Integer.parseInt(value);
                case "last_handshake_time_sec" -> handshakeSeconds = Long.parseLong(value);
                case "last_handshake_time_nsec" -> handshakeNanos = Long.parseLong(value);
                case "rx_bytes" -> received = Long.parseLong(value);
                case "tx_bytes" -> sent = Long.parseLong(value);
                default -> {
                    // preshared_key, protocol_version, fwmark and what a newer one may say.
                }
            }
        }

        private void finishPeer() {
            PublicKey of = key;
            if (of != null) {
                Optional<Instant> handshake = handshakeSeconds == 0 && handshakeNanos == 0
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochSecond(handshakeSeconds, handshakeNanos));
                peers.add(new PeerState(new Peer(of, endpoint, allowed, keepalive), handshake, received, sent));
            }
            endpoint = Optional.empty();
            allowed = new TreeSet<>();
            keepalive = 0;
            handshakeSeconds = 0;
            handshakeNanos = 0;
            received = 0;
            sent = 0;
        }

        DeviceState state() {
            finishPeer();
            return new DeviceState(own, port, peers);
        }
    }
}
