package dev.vt.overlay.mesh;

import dev.vt.overlay.address.Ipv6Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each peer over the overlay whether it is there, and answers peers (O10). {@link #answer} runs on one thread, {@link #ask}
 * on another; the rest may be called from any. The overlay vouches for the sender (O4), so an address is who it says.
 */
final class MeshEcho implements AutoCloseable {
    static final int PORT = 7412;
    private static final Logger log = LoggerFactory.getLogger(MeshEcho.class);

    private final int port;
    private final DatagramChannel channel;
    private final RandomGenerator random;
    private final LongSupplier planCursor;
    private volatile Duration period = Duration.ofSeconds(5);
    private final Map<Ipv6Prefix, Asked> peers = new ConcurrentHashMap<>();

    /** @param pending sequence that was not answered yet; 0: none */
    private record Asked(PeerHealth health, long pending, long lastCursor) {}

    /** @throws IOException if the address is not this host's, or the port is taken */
    MeshEcho(Ipv6Prefix own, int port, RandomGenerator random, LongSupplier planCursor) throws IOException {
        this.port = port;
        this.random = random;
        this.planCursor = planCursor;
        this.channel = DatagramChannel.open(StandardProtocolFamily.INET6);
        channel.bind(new InetSocketAddress(InetAddress.ofLiteral(own.address()), port));
    }

    /** @param every between echoes to one peer */
    void usePeers(Collection<Ipv6Prefix> addresses, Duration every) {
        period = every;
        peers.keySet().retainAll(addresses);
        addresses.forEach(address -> peers.putIfAbsent(address, new Asked(PeerHealth.NEW, 0, 0)));
    }

    PeerHealth health(Ipv6Prefix address) {
        Asked asked = peers.get(address);
        return asked == null ? PeerHealth.NEW : asked.health();
    }

    /** The event that the peer's plan reflects, as it said last; 0 before it did. */
    long planCursor(Ipv6Prefix address) {
        Asked asked = peers.get(address);
        return asked == null ? 0 : asked.lastCursor();
    }

    /** Until interrupted. Peers are asked one after the other, spread over the period, ±20 %. */
    void ask() throws InterruptedException {
        long sequence = 1;
        while (channel.isOpen()) {
            int count = Math.max(1, peers.size());
            for (Ipv6Prefix peer : peers.keySet()) {
                long number = sequence++;
                peers.computeIfPresent(
                        peer,
                        (address, asked) -> new Asked(
                                asked.pending() == 0
                                        ? asked.health()
                                        : asked.health().missed(),
                                number,
                                asked.lastCursor()));
                send(peer, new EchoPacket(EchoPacket.Kind.ASK, number, System.nanoTime(), planCursor.getAsLong()));
                Thread.sleep(spread(count));
            }
            if (peers.isEmpty()) {
                Thread.sleep(spread(1));
            }
        }
    }

    private Duration spread(int count) {
        return period.multipliedBy(800 + random.nextInt(401)).dividedBy(1000L * count);
    }

    private void send(Ipv6Prefix peer, EchoPacket packet) {
        try {
            channel.send(
                    ByteBuffer.wrap(packet.bytes()),
                    new InetSocketAddress(InetAddress.ofLiteral(peer.address()), port));
        } catch (ClosedChannelException e) {
            log.debug("echo closed", e);
        } catch (IOException e) {
            // No route or no key yet; counts as a miss with the next one.
            log.debug("echo not sent peer={}", peer, e);
        }
    }

    /** Until closed or interrupted. */
    void answer() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(EchoPacket.BYTES + 1);
        while (true) {
            buffer.clear();
            SocketAddress from;
            try {
                from = channel.receive(buffer);
            } catch (AsynchronousCloseException e) {
                return;
            } catch (ClosedChannelException e) {
                return;
            }
            buffer.flip();
            if (from instanceof InetSocketAddress sender) {
                Ipv6Prefix peer = Ipv6Prefix.parse(sender.getAddress().getHostAddress());
                if (peers.containsKey(peer)) {
                    EchoPacket.parse(buffer).ifPresent(packet -> take(peer, packet));
                }
            }
        }
    }

    private void take(Ipv6Prefix peer, EchoPacket packet) {
        switch (packet.kind()) {
            case ASK -> send(peer, packet.answer(planCursor.getAsLong()));
            case ANSWER -> {
                Duration rtt = Duration.ofNanos(System.nanoTime() - packet.sentNanos());
                peers.computeIfPresent(
                        peer,
                        (address, asked) -> asked.pending() == packet.sequence()
                                ? new Asked(asked.health().answered(rtt), 0, packet.planCursor())
                                : asked);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
