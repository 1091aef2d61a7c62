package dev.vt.edge.relay;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Socket options of ingress.md F4, and the two ways to close. */
final class Sockets {
    private static final Logger log = LoggerFactory.getLogger(Sockets.class);
    private static final int KEEPALIVE_IDLE = 60;
    private static final int KEEPALIVE_INTERVAL = 15;
    private static final int KEEPALIVE_COUNT = 4;

    private Sockets() {}

    /** At the start: small writes go out at once. */
    static void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Once a connection has turned out to last; the first probe would come after a minute anyway. */
    static void keepAlive(SocketChannel channel) throws IOException {
        channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE);
        channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL);
        channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }

    static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("socket could not be closed", e);
        }
    }

    /** When the channel is closed, the peer sees a reset. */
    static void resetOnClose(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            log.debug("socket is gone already", e);
        }
    }

    /** The peer sees a reset at once. */
    static void reset(SocketChannel channel) {
        resetOnClose(channel);
        close(channel);
    }
}
