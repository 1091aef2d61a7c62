package dev.vt.overlay.name;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Servers for names outside the zone (D5), asked one after the other. Thread-safe; a query blocks for at most 2 s a server. */
public final class Upstreams {
    private static final Logger log = LoggerFactory.getLogger(Upstreams.class);
    private static final int LIMIT_MS = 2000;
    private static final int MOST_SERVERS = 3;
    private static final int PORT = 53;

    private final List<InetSocketAddress> servers;

    Upstreams(List<InetSocketAddress> servers) {
        this.servers = List.copyOf(servers.subList(0, Math.min(MOST_SERVERS, servers.size())));
    }

    /** The {@code nameserver} lines of a resolv.conf(5); none if there is no such file. */
    public static List<InetSocketAddress> ofHost(Path resolvConf) throws IOException {
        List<InetSocketAddress> out = new ArrayList<>();
        if (Files.exists(resolvConf)) {
            for (String line : Files.readAllLines(resolvConf)) {
                String[] words = line.strip().split("\\s+");
                if (words.length >= 2 && words[0].equals("nameserver")) {
                    literal(words[1]).ifPresent(address -> out.add(new InetSocketAddress(address, PORT)));
                }
            }
        }
        return out;
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            log.warn("nameserver is not an address, left out text={}", text);
            return Optional.empty();
        }
    }

    boolean isEmpty() {
        return servers.isEmpty();
    }

    /**
     * The first answer; empty if no server gives one.
     *
     * @param query in wire format; the answer has its id
     */
    Optional<byte[]> ask(byte[] query, boolean stream) {
        for (InetSocketAddress server : servers) {
            try {
                return Optional.of(stream ? overTcp(server, query) : overUdp(server, query));
            } catch (IOException e) {
                log.debug("upstream does not answer server={}", server, e);
            }
        }
        return Optional.empty();
    }

    /** Connected, so that only the server's datagrams arrive; the port is a fresh one. */
    private static byte[] overUdp(InetSocketAddress server, byte[] query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            socket.setSoTimeout(LIMIT_MS);
            socket.send(new DatagramPacket(query, query.length));
            byte[] buffer = new byte[4096];
            DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
            socket.receive(answer);
            byte[] bytes = Arrays.copyOf(buffer, answer.getLength());
            if (bytes.length < 2 || bytes[0] != query[0] || bytes[1] != query[1]) {
                throw new IOException("an answer to another query");
            }
            return bytes;
        }
    }

    private static byte[] overTcp(InetSocketAddress server, byte[] query) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, LIMIT_MS);
            socket.setSoTimeout(LIMIT_MS);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeShort(query.length);
            out.write(query);
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return in.readNBytes(in.readUnsignedShort());
        }
    }
}
