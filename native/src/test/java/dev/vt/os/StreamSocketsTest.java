package dev.vt.os;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamSocketsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    private final StreamSockets sockets = new StreamSockets();
    private final NativeBuffer buffer = new NativeBuffer(1024);
    private final Deque<Integer> open = new ArrayDeque<>();

    @AfterEach
    void close() {
        open.forEach(sockets::close);
    }

    @Test
    void bytesAndTheEndOfTheStreamPassBothWays() throws Exception {
        int listener = listen(0);
        int port = sockets.localAddress(listener).getPort();
        try (Socket client = new Socket(LOOPBACK, port)) {
            int server = accept(listener);
            assertThat(sockets.acceptedFrom()).isEqualTo(client.getLocalSocketAddress());
            assertThat(sockets.read(server, buffer, 0, 10)).isEqualTo(-Errno.EAGAIN);
            client.getOutputStream().write("ping".getBytes(US_ASCII));
            assertThat(awaitRead(server)).isEqualTo(4);
            assertThat(sockets.write(server, buffer, 0, 4, 0)).isEqualTo(4);
            assertThat(sockets.finish(server)).isZero();
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("ping".getBytes(US_ASCII));
            client.shutdownOutput();
            assertThat(awaitRead(server)).isZero();
        }
    }

    @Test
    void splicedBytesPassThroughAPipe() throws Exception {
        int listener = listen(0);
        long pipe = sockets.pipe(1 << 17);
        int readEnd = (int) pipe;
        int writeEnd = (int) (pipe >>> 32);
        open.push(readEnd);
        open.push(writeEnd);
        try (Socket client = new Socket(LOOPBACK, sockets.localAddress(listener).getPort())) {
            int server = accept(listener);
            assertThat(sockets.splice(server, writeEnd, 100)).isEqualTo(-Errno.EAGAIN);
            client.getOutputStream().write("through".getBytes(US_ASCII));
            int n = sockets.splice(server, writeEnd, 100);
            while (n == -Errno.EAGAIN) {
                n = sockets.splice(server, writeEnd, 100);
            }
            assertThat(n).isEqualTo(7);
            assertThat(sockets.splice(readEnd, server, n)).isEqualTo(7);
            assertThat(client.getInputStream().readNBytes(7)).isEqualTo("through".getBytes(US_ASCII));
        }
    }

    @Test
    void resetIsSeenAsOne() throws Exception {
        int listener = listen(0);
        try (Socket client = new Socket(LOOPBACK, sockets.localAddress(listener).getPort())) {
            int server = accept(listener);
            open.remove(server);
            sockets.reset(server);
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
        }
    }

    @Test
    void refusedConnectSaysSo() throws Exception {
        int listener = listen(0);
        int port = sockets.localAddress(listener).getPort();
        open.remove(listener);
        sockets.close(listener);
        int fd = sockets.open(LOOPBACK);
        open.push(fd);
        assertThat(sockets.connect(fd, new InetSocketAddress(LOOPBACK, port)))
                .isIn(-Errno.EINPROGRESS, -Errno.ECONNREFUSED);
        assertThat(sockets.takeError(fd)).isIn(0, Errno.ECONNREFUSED);
        assertThat(sockets.write(fd, buffer, 0, 0, 0)).isNegative();
    }

    @Test
    void portOfAStrangerIsRefusedWithItsName() throws Exception {
        try (java.net.ServerSocket stranger = new java.net.ServerSocket(0, 1, LOOPBACK)) {
            assertThatThrownBy(() -> listen(stranger.getLocalPort()))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE))
                    .hasMessageContaining("bind");
        }
    }

    @Test
    void newConnectionsAreSteeredToTheYoungerSocket() throws Exception {
        int older = listen(0);
        int port = sockets.localAddress(older).getPort();
        sockets.steerTo(older, 1);
        try (Socket alone = new Socket(LOOPBACK, port)) {
            assertThat(accept(older)).isPositive();
            assertThat(alone.isConnected()).isTrue();
        }
        int younger = listen(port);
        for (int i = 0; i < 50; i++) {
            try (Socket client = new Socket(LOOPBACK, port)) {
                assertThat(accept(younger)).isPositive();
                assertThat(client.isConnected()).isTrue();
            }
        }
        open.remove(older);
        sockets.close(older);
        sockets.spread(younger);
        try (Socket client = new Socket(LOOPBACK, port)) {
            assertThat(accept(younger)).isPositive();
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void lengthsBeyondABufferAreNotHandedToTheKernel() {
        assertThatThrownBy(() -> sockets.read(0, buffer, 1000, 25)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> sockets.write(1, buffer, -1, 2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private int listen(int port) throws ErrnoException {
        int fd = sockets.listen(new InetSocketAddress(LOOPBACK, port), 100, 60, 15, 4);
        open.push(fd);
        return fd;
    }

    /** The handshake on loopback is over when the client has connected. */
    private int accept(int listener) {
        int fd = sockets.accept(listener);
        if (fd >= 0) {
            open.push(fd);
        }
        return fd;
    }

    private int awaitRead(int fd) {
        int n = sockets.read(fd, buffer, 0, 100);
        while (n == -Errno.EAGAIN) {
            Thread.onSpinWait();
            n = sockets.read(fd, buffer, 0, 100);
        }
        return n;
    }
}
