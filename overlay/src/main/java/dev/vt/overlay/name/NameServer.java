package dev.vt.overlay.name;

import dev.vt.overlay.address.Ipv6Prefix;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/**
 * Answers names over UDP and TCP (RFC 1035 §4.2, RFC 7766): one virtual thread receives datagrams, one accepts connections, one
 * serves each; what waits for an upstream server has a thread of its own. All bounded. {@link #use} may be called from any thread.
 */
public final class NameServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NameServer.class);
    private static final int PLAIN_UDP = 512;
    private static final int MOST_UDP = 1232;
    private static final int CONNECTIONS = 64;
    private static final int FORWARDS = 256;
    private static final int CONNECTION_IDLE_MS = 10_000;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Upstreams upstreams;
    private final QueryRate rate = new QueryRate();
    private final AtomicInteger rotation = new AtomicInteger();
    private final Semaphore connections = new Semaphore(CONNECTIONS);
    private final Semaphore forwards = new Semaphore(FORWARDS);
    private volatile Zone zone = Zone.EMPTY;

    private NameServer(DatagramSocket udp, ServerSocket tcp, Upstreams upstreams) {
        this.udp = udp;
        this.tcp = tcp;
        this.upstreams = upstreams;
    }

    /**
     * Listens and starts to answer.
     *
     * @param address an address of this host
     * @param port 53; 0: any, the same for UDP and TCP
     * @param upstreams asked for names outside the zone, in order; empty: such names are refused
     * @throws IOException if the port is taken
     */
    public static NameServer open(InetAddress address, int port, List<InetSocketAddress> upstreams) throws IOException {
        ServerSocket tcp = new ServerSocket(port, CONNECTIONS, address);
        DatagramSocket udp;
        try {
            udp = new DatagramSocket(new InetSocketAddress(address, tcp.getLocalPort()));
        } catch (SocketException e) {
            tcp.close();
            throw e;
        }
        NameServer server = new NameServer(udp, tcp, new Upstreams(upstreams));
        Thread.ofVirtual().name("names-udp").start(server::receive);
        Thread.ofVirtual().name("names-tcp").start(server::accept);
        return server;
    }

    int port() {
        return tcp.getLocalPort();
    }

    /** Names of a new plan, from now on. */
    public void use(Zone newer) {
        zone = newer;
    }

    private void receive() {
        byte[] buffer = new byte[MOST_UDP];
        while (!udp.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                udp.receive(packet);
                byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
                handle(from.getAddress(), bytes, false, answer -> send(from, answer));
            } catch (IOException e) {
                if (!udp.isClosed()) {
                    log.warn("query could not be received", e);
                }
            }
        }
    }

    /** Takes the bytes of an answer. */
    @FunctionalInterface
    private interface Reply {
        void send(byte[] answer) throws IOException;
    }

    private void send(InetSocketAddress to, byte[] answer) throws IOException {
        udp.send(new DatagramPacket(answer, answer.length, to));
    }

    private void accept() {
        while (!tcp.isClosed()) {
            try {
                Socket socket = tcp.accept();
                if (connections.tryAcquire()) {
                    Thread.ofVirtual().name("names-connection").start(() -> serve(socket));
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                if (!tcp.isClosed()) {
                    log.warn("connection could not be accepted", e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setSoTimeout(CONNECTION_IDLE_MS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                byte[] query = in.readNBytes(in.readUnsignedShort());
                handle(socket.getInetAddress(), query, true, answer -> {
                    synchronized (out) {
                        out.writeShort(answer.length);
                        out.write(answer);
                        out.flush();
                    }
                });
            }
        } catch (EOFException | SocketTimeoutException | SocketException e) {
            log.debug("connection of an asker ended", e);
        } catch (IOException e) {
            log.debug("connection of an asker failed", e);
        } finally {
            connections.release();
        }
    }

    /** What cannot be read is not answered: its id is not known. */
    private void handle(InetAddress from, byte[] bytes, boolean stream, Reply reply) throws IOException {
        Message query;
        try {
            query = new Message(bytes);
        } catch (IOException e) {
            log.debug("not a query", e);
            return;
        }
        if (!QueryAnswers.isUsable(query)) {
            if (!query.getHeader().getFlag(Flags.QR)) {
                reply.send(QueryAnswers.reply(query, Rcode.NOTIMP).toWire());
            }
            return;
        }
        Optional<Ipv6Prefix> asker =
                from instanceof Inet6Address v6 ? Optional.of(Ipv6Prefix.parse(withoutScope(v6))) : Optional.empty();
        if (asker.isEmpty() || !rate.take(asker.get(), System.nanoTime())) {
            reply.send(QueryAnswers.reply(query, Rcode.REFUSED).toWire());
        } else if (QueryAnswers.isOurs(query.getQuestion())) {
            reply.send(wire(QueryAnswers.answer(zone, asker.get(), query, rotation.getAndIncrement()), query, stream));
        } else {
            forward(query, bytes, stream, reply);
        }
    }

    private void forward(Message query, byte[] bytes, boolean stream, Reply reply) throws IOException {
        if (upstreams.isEmpty() || !forwards.tryAcquire()) {
            reply.send(QueryAnswers.reply(query, Rcode.REFUSED).toWire());
            return;
        }
        Thread.ofVirtual().name("names-forward").start(() -> {
            try {
                Optional<byte[]> answer = upstreams.ask(bytes, stream);
                reply.send(answer.orElseGet(
                        () -> QueryAnswers.reply(query, Rcode.SERVFAIL).toWire()));
            } catch (IOException e) {
                log.debug("asker is gone", e);
            } finally {
                forwards.release();
            }
        });
    }

    /** RFC 6891: as much as the asker takes; more is cut off and asked for over TCP. */
    private static byte[] wire(Message answer, Message query, boolean stream) {
        OPTRecord options = query.getOPT();
        if (options != null) {
            answer.addRecord(new OPTRecord(MOST_UDP, 0, 0), Section.ADDITIONAL);
        }
        if (stream) {
            return answer.toWire();
        }
        int limit = options == null ? PLAIN_UDP : Math.clamp(options.getPayloadSize(), PLAIN_UDP, MOST_UDP);
        return answer.toWire(limit);
    }

    private static String withoutScope(Inet6Address address) {
        String text = address.getHostAddress();
        int percent = text.indexOf('%');
        return percent < 0 ? text : text.substring(0, percent);
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
