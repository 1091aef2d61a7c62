package dev.vt.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients and the backend behind the proxy, each one thread with a selector. A short connection is: connect, send a hello,
 * read the answer to its end, close. A bulk one reads for as long as the round lasts.
 */
final class EdgeBenchLoad implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");
    private static final int ANSWER = 1024;
    private static final int BULK_CHUNK = 1 << 18;

    private final byte[] hello;
    private final ServerSocketChannel server;
    private volatile boolean bulk;
    private volatile boolean closed;

    EdgeBenchLoad(byte[] hello) throws IOException {
        this.hello = hello;
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(LOOPBACK, 0), 4096);
        Thread.ofPlatform().daemon().name("bench-backend").start(this::serve);
    }

    int backendPort() throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    record Result(long connections, long bytes, long failures, double seconds) {}

    /** Keeps so many connections busy for a while. */
    Result run(int port, int clients, boolean bulkTransfer, double seconds) throws IOException {
        bulk = bulkTransfer;
        Round round = new Round(port);
        return round.run(clients, seconds);
    }

    /** One measured round; used by one thread. */
    private final class Round {
        private final int port;
        private final Selector selector = Selector.open();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BULK_CHUNK);
        private long connections;
        private long bytes;
        private long failures;
        private boolean over;

        Round(int port) throws IOException {
            this.port = port;
        }

        Result run(int clients, double seconds) throws IOException {
            long start = System.nanoTime();
            long end = start + (long) (seconds * 1e9);
            try (selector) {
                for (int i = 0; i < clients; i++) {
                    connect();
                }
                while (System.nanoTime() < end) {
                    selector.select(this::ready, 100);
                }
                over = true;
                double took = (System.nanoTime() - start) / 1e9;
                Result result = new Result(connections, bytes, failures, took);
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
                return result;
            }
        }

        private void connect() throws IOException {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(LOOPBACK, port));
            channel.register(selector, SelectionKey.OP_CONNECT);
        }

        private void ready(SelectionKey key) {
            SocketChannel channel = (SocketChannel) key.channel();
            try {
                if (key.isConnectable() && channel.finishConnect()) {
                    channel.write(ByteBuffer.wrap(hello));
                    key.interestOps(SelectionKey.OP_READ);
                } else if (key.isReadable()) {
                    buffer.clear();
                    int n = channel.read(buffer);
                    if (n >= 0) {
                        bytes += n;
                        key.attach(received(key) + n);
                    } else if (received(key) == ANSWER) {
                        connections++;
                        next(channel);
                    } else {
                        failures++;
                        next(channel);
                    }
                }
            } catch (IOException e) {
                failures++;
                try {
                    next(channel);
                } catch (IOException fatal) {
                    throw new UncheckedIOException(fatal);
                }
            }
        }

        private static long received(SelectionKey key) {
            return key.attachment() instanceof Long bytes ? bytes : 0;
        }

        private void next(SocketChannel channel) throws IOException {
            channel.close();
            if (!over) {
                connect();
            }
        }
    }

    private void serve() {
        LongAdder served = new LongAdder();
        ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
        ByteBuffer answer = ByteBuffer.allocateDirect(BULK_CHUNK);
        try (Selector selector = Selector.open()) {
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            while (!closed) {
                selector.select(
                        key -> {
                            try {
                                serve(selector, key, in, answer);
                                served.increment();
                            } catch (IOException e) {
                                key.cancel();
                            }
                        },
                        100);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Selector selector, SelectionKey key, ByteBuffer in, ByteBuffer answer) throws IOException {
        if (key.isAcceptable()) {
            for (SocketChannel accepted = server.accept(); accepted != null; accepted = server.accept()) {
                accepted.configureBlocking(false);
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
                accepted.register(selector, SelectionKey.OP_READ);
            }
            return;
        }
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.isReadable()) {
                in.clear();
                if (channel.read(in) < 0) {
                    channel.close();
                    return;
                }
                if (!bulk) {
                    answer.clear().limit(ANSWER);
                    channel.write(answer);
                    channel.close();
                    return;
                }
                key.interestOps(SelectionKey.OP_WRITE);
            }
            if (key.isWritable()) {
                answer.clear();
                channel.write(answer);
            }
        } catch (IOException e) {
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }
}
