package dev.vt.edge.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One socket of a connection: the client's or the backend's. Used by its connection's loop. */
final class Side {
    private final Connection connection;
    private final boolean client;
    private final SocketChannel channel;
    private @Nullable SelectionKey key;
    private int interest;
    private @Nullable ByteBuffer pending;
    private boolean inputEnded;
    private boolean outputEnded;

    Side(Connection connection, boolean client, SocketChannel channel) {
        this.connection = connection;
        this.client = client;
        this.channel = channel;
    }

    boolean isClient() {
        return client;
    }

    SocketChannel channel() {
        return channel;
    }

    /** Called by the loop when the selector says so. */
    void ready(int operations) {
        connection.ready(this, operations);
    }

    void wait(EventLoop loop, int operations) throws ClosedChannelException {
        SelectionKey registered = key;
        if (registered == null) {
            key = channel.register(loop.selector(), operations, this);
        } else if (interest != operations) {
            registered.interestOps(operations);
        }
        interest = operations;
    }

    int interest() {
        return interest;
    }

    /** Bytes that could not be written yet. */
    @Nullable
    ByteBuffer pending() {
        return pending;
    }

    void setPending(@Nullable ByteBuffer bytes) {
        pending = bytes;
    }

    boolean hasInputEnded() {
        return inputEnded;
    }

    void inputEnded() {
        inputEnded = true;
    }

    boolean hasOutputEnded() {
        return outputEnded;
    }

    /** @param abruptly the peer sees a reset */
    void close(EventLoop loop, boolean abruptly) {
        if (abruptly) {
            Sockets.resetOnClose(channel);
        }
        SelectionKey registered = key;
        if (registered == null) {
            Sockets.close(channel);
        } else {
            loop.closeSoon(channel, registered);
        }
    }

    void endOutput() throws IOException {
        if (!outputEnded) {
            outputEnded = true;
            channel.shutdownOutput();
        }
    }
}
