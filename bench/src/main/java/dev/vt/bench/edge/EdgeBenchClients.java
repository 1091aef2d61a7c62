package dev.vt.bench.edge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One round of clients of one proxy: one thread with a selector. Every connection begins with a ClientHello. */
final class EdgeBenchClients implements AutoCloseable {
    private static final int BUFFER = 1 << 19;
    private static final int CONNECTING_AT_ONCE = 200;

    /** What each connection does after its hello. */
    enum Kind {
        /** Reads the answer to its end and begins again. */
        SHORT,
        /** Reads as long as the round lasts. */
        BULK,
        /** Sends one byte and waits for it, again and again. */
        ECHO,
        /** Waits for its hello to come back, and stays. */
        IDLE
    }

    private final InetSocketAddress proxy;
    private final byte[] hello;
    private final Kind kind;
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private long connections;
    private long bytes;
    private long failures;
    private long[] latencies = new long[1 << 16];
    private int latencyCount;

    EdgeBenchClients(InetSocketAddress proxy, byte[] hello, Kind kind) throws IOException {
        this.proxy = proxy;
        this.hello = hello;
        this.kind = kind;
    }

    /**
     * @param connections that ended as they should
     * @param bytes received
     * @param latencies of echoes, in nanoseconds, sorted
     */
    record Result(long connections, long bytes, long failures, double seconds, long[] latencies) {
        /** @param share 0.99 for the 99th percentile; 0 if nothing was measured */
        long percentile(double share) {
            return latencies.length == 0
                    ? 0
                    : latencies[(int) Math.min(latencies.length - 1, latencies.length * share)];
        }
    }

    /** One connection. */
    private static final class Client {
        private long got;
        private long sentAt;
    }

    /** Keeps so many connections busy for a while, then closes them. */
    Result run(int clients, double seconds) throws IOException {
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        for (int i = 0; i < clients; i++) {
            connect();
        }
        while (System.nanoTime() < end) {
            selector.select(this::ready, 100);
        }
        double took = (System.nanoTime() - start) / 1e9;
        long[] sorted = Arrays.copyOf(latencies, latencyCount);
        Arrays.sort(sorted);
        return new Result(connections, bytes, failures, took, sorted);
    }

    /** Opens connections that stay until this is closed. @return how many there are */
    long hold(int clients) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        int begun = 0;
        while (connections + failures < clients && System.nanoTime() < deadline) {
            while (begun < clients && begun - connections - failures < CONNECTING_AT_ONCE) {
                connect();
                begun++;
            }
            selector.select(this::ready, 100);
        }
        return connections;
    }

    private void connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, new Client());
        if (channel.connect(proxy)) {
            ready(key);
        }
    }

    private void ready(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        Client client = (Client) key.attachment();
        try {
            if (key.isConnectable() && channel.finishConnect()) {
                channel.write(ByteBuffer.wrap(hello));
                key.interestOps(SelectionKey.OP_READ);
            } else if (key.isReadable()) {
                buffer.clear();
                int n = channel.read(buffer);
                if (n > 0) {
                    client.got += n;
                    bytes += n;
                    received(channel, client);
                } else if (n < 0) {
                    ended(channel, client);
                }
            }
        } catch (IOException e) {
            failures++;
            again(channel);
        }
    }

    private void received(SocketChannel channel, Client client) throws IOException {
        boolean complete = client.got >= hello.length;
        switch (kind) {
            case SHORT, BULK -> {}
            case IDLE -> connections += complete ? 1 : 0;
            case ECHO -> {
                if (complete) {
                    if (client.got > hello.length) {
                        note(System.nanoTime() - client.sentAt);
                    }
                    buffer.clear().limit(1);
                    client.sentAt = System.nanoTime();
                    channel.write(buffer);
                }
            }
        }
    }

    private void note(long nanos) {
        if (latencyCount == latencies.length) {
            latencies = Arrays.copyOf(latencies, 2 * latencyCount);
        }
        latencies[latencyCount++] = nanos;
    }

    private void ended(SocketChannel channel, Client client) {
        if (kind == Kind.SHORT && client.got == EdgeBenchBackend.ANSWER) {
            connections++;
        } else {
            failures++;
        }
        again(channel);
    }

    private void again(SocketChannel channel) {
        try {
            channel.close();
            if (kind != Kind.IDLE) {
                connect();
            }
        } catch (IOException e) {
            failures++;
        }
    }

    @Override
    public void close() throws IOException {
        List<SelectionKey> keys = new ArrayList<>(selector.keys());
        for (SelectionKey key : keys) {
            key.channel().close();
        }
        selector.close();
    }
}
