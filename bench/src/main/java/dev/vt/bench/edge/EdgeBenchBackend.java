package dev.vt.bench.edge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What stands behind every proxy: one thread, three ports. Arguments: the address to listen on, and a file whose bytes bulk
 * streams get, over and over, by sendfile.
 */
final class EdgeBenchBackend {
    /** Answers the first bytes with 1 KiB and closes. */
    static final int SHORT_PORT = 9001;
    /** Sends without end once something has come. */
    static final int BULK_PORT = 9002;
    /** Sends back what comes. */
    static final int ECHO_PORT = 9003;

    static final int ANSWER = 1024;
    private static final int CHUNK = 1 << 20;

    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
    private final ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER);
    private final FileChannel file;

    private enum Kind {
        SHORT,
        BULK,
        ECHO
    }

    private EdgeBenchBackend(InetAddress address, Path file) throws IOException {
        Files.write(file, new byte[CHUNK]);
        this.file = FileChannel.open(file, StandardOpenOption.READ);
        listen(address, SHORT_PORT, Kind.SHORT);
        listen(address, BULK_PORT, Kind.BULK);
        listen(address, ECHO_PORT, Kind.ECHO);
    }

    public static void main(String[] args) throws IOException {
        EdgeBenchBackend backend = new EdgeBenchBackend(InetAddress.ofLiteral(args[0]), Path.of(args[1]));
        System.out.println("ready");
        while (true) {
            backend.selector.select(backend::ready, 1000);
        }
    }

    private void listen(InetAddress address, int port, Kind kind) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(address, port), 4096);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT, kind);
    }

    private void ready(SelectionKey key) {
        try {
            Kind kind = (Kind) key.attachment();
            if (key.isAcceptable()) {
                accept((ServerSocketChannel) key.channel(), kind);
            } else {
                serve(key, (SocketChannel) key.channel(), kind);
            }
        } catch (IOException e) {
            // The client is gone; its side counts failures.
            close(key);
        }
    }

    private void accept(ServerSocketChannel server, Kind kind) throws IOException {
        for (SocketChannel accepted = server.accept(); accepted != null; accepted = server.accept()) {
            accepted.configureBlocking(false);
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            accepted.register(selector, SelectionKey.OP_READ, kind);
        }
    }

    private void serve(SelectionKey key, SocketChannel channel, Kind kind) throws IOException {
        if (key.isReadable()) {
            in.clear();
            if (channel.read(in) < 0) {
                channel.close();
                return;
            }
            switch (kind) {
                case SHORT -> {
                    answer.clear();
                    channel.write(answer);
                    channel.close();
                }
                case BULK -> key.interestOps(SelectionKey.OP_WRITE);
                case ECHO -> channel.write(in.flip());
            }
        } else if (key.isWritable()) {
            file.transferTo(0, CHUNK, channel);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            key.cancel();
        }
    }
}
