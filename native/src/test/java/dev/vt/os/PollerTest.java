package dev.vt.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class PollerTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    private final StreamSockets sockets = new StreamSockets();

    @Test
    void tellsWhatIsReadyByTokenAndAnEdgeOnce() throws Exception {
        int listener = sockets.listen(new InetSocketAddress(LOOPBACK, 0), 10, 60, 15, 4);
        try (Poller poller = new Poller(8);
                Socket client =
                        new Socket(LOOPBACK, sockets.localAddress(listener).getPort())) {
            poller.add(listener, Poller.READ, 7);
            assertThat(poller.await(10_000)).isEqualTo(1);
            assertThat(poller.token(0)).isEqualTo(7);
            int server = sockets.accept(listener);
            poller.add(server, Poller.READ | Poller.PEER_FINISHED | Poller.EDGE, 9);
            assertThat(poller.await(0)).isZero();
            client.getOutputStream().write(1);
            assertThat(poller.await(10_000)).isEqualTo(1);
            assertThat(poller.token(0)).isEqualTo(9);
            assertThat(poller.ready(0)).isEqualTo(Poller.READ);
            assertThat(poller.await(0)).isZero();
            client.shutdownOutput();
            assertThat(poller.await(10_000)).isEqualTo(1);
            assertThat(poller.ready(0) & Poller.PEER_FINISHED).isNotZero();
            sockets.close(server);
        } finally {
            sockets.close(listener);
        }
    }

    @Test
    void wakeupEndsTheNextWaitOnce() throws Exception {
        try (Poller poller = new Poller(8)) {
            Thread.ofVirtual().start(poller::wakeup).join();
            assertThat(poller.await(10_000)).isEqualTo(1);
            assertThat(poller.token(0)).isNegative();
            assertThat(poller.await(0)).isZero();
        }
    }

    @Test
    void moreDescriptorsThanAllowedAreAWishOnly() {
        assertThat(ThisProcess.raiseOpenFiles(1)).isPositive();
        ThisProcess.yieldCpuToOthers(0);
    }
}
