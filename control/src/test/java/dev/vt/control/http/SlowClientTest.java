package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that is slow on purpose costs a connection for a bounded time, and nothing afterwards. */
@Timeout(120)
class SlowClientTest {
    private final AtomicInteger handled = new AtomicInteger();
    private final CountDownLatch streamEnded = new CountDownLatch(1);
    private final CountDownLatch enough = new CountDownLatch(1);
    private HttpServer server;
    private Dispatcher dispatcher;

    @BeforeEach
    void start() {
        Endpoint echo = Endpoint.post("echo", "/echo", Access.anonymous(), call -> {
                    handled.incrementAndGet();
                    return Reply.ok(call.bodyObject());
                })
                .withoutKey();
        Endpoint flood = Endpoint.get(
                "flood",
                "/flood",
                Access.anonymous(),
                call -> new Reply.Stream(
                        sink -> {
                            String kilobyte = "x".repeat(1024);
                            while (enough.getCount() > 0) {
                                sink.send("event", "1", Json.object().put("text", kilobyte));
                            }
                        },
                        streamEnded::countDown));
        HttpOptions options = HttpOptions.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .withPatience(new Patience(
                        Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)));
        dispatcher = new Dispatcher(
                options,
                new OpenGate(),
                new ReadBarrier() {
                    @Override
                    public boolean await(long eventId, Duration limit) {
                        return true;
                    }

                    @Override
                    public long head() {
                        return 0;
                    }
                },
                ClusterRole.ALONE,
                Clock.systemUTC());
        server = HttpServer.start(
                options,
                List.of(echo, flood),
                Map.of(),
                Map.of(),
                dispatcher,
                Ids.uuidV7(Clock.systemUTC(), new SecureRandom()));
    }

    @AfterEach
    void stop() {
        enough.countDown();
        server.close();
        dispatcher.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    /** Writes a byte at a time, for ever, until the server closes. */
    private static void trickle(Socket socket, String head, String drop) throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        Thread closed = Thread.ofVirtual().start(() -> {
            try (InputStream in = socket.getInputStream()) {
                while (in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                assertThat(e).isInstanceOf(SocketException.class);
            }
        });
        byte[] one = drop.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; closed.isAlive(); i++) {
            try {
                out.write(one[i % one.length]);
                out.flush();
            } catch (SocketException e) {
                break;
            }
            closed.join(Duration.ofMillis(50));
        }
        closed.join();
    }

    private String ask() throws IOException {
        try (Socket socket = connect()) {
            String body = "{\"a\":1}";
            socket.getOutputStream()
                    .write(("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                                    + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void headersThatNeverEndCloseTheConnection() throws Exception {
        try (Socket socket = connect()) {
            trickle(socket, "POST /echo HTTP/1.1\r\nHost: x\r\nX-Slow: ", "a");
        }
        assertThat(handled).hasValue(0);
        assertThat(ask()).startsWith("HTTP/1.1 200");
    }

    @Test
    void aRequestLineThatNeverEndsClosesTheConnection() throws Exception {
        try (Socket socket = connect()) {
            trickle(socket, "POST /echo", "a");
        }
        assertThat(ask()).startsWith("HTTP/1.1 200");
    }

    @Test
    void aBodyThatNeverEndsClosesTheConnection() throws Exception {
        try (Socket socket = connect()) {
            trickle(
                    socket,
                    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
                    " ");
        }
        try (Socket socket = connect()) {
            trickle(
                    socket,
                    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "1\r\n \r\n");
        }
        assertThat(ask()).startsWith("HTTP/1.1 200");
    }

    @Test
    void aReaderThatStopsReadingIsCutOff_S28() throws Exception {
        try (Socket socket = connect()) {
            socket.setReceiveBufferSize(4096);
            socket.getOutputStream()
                    .write("GET /flood HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(streamEnded.await(90, TimeUnit.SECONDS))
                    .as("the stream ends though nobody reads it")
                    .isTrue();
        }
        assertThat(ask()).startsWith("HTTP/1.1 200");
    }

    @Test
    void manySlowClientsDoNotKeepAQuickOneWaiting() throws Exception {
        Socket[] slow = new Socket[200];
        try {
            for (int i = 0; i < slow.length; i++) {
                slow[i] = connect();
                slow[i].getOutputStream()
                        .write("POST /echo HTTP/1.1\r\nHost: x\r\nX-Slow: a".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(ask()).startsWith("HTTP/1.1 200");
            for (Socket socket : slow) {
                socket.setSoTimeout(60_000);
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .doesNotContain("200 OK");
            }
        } finally {
            for (Socket socket : slow) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
        assertThat(server.boundedWaits()).isZero();
    }

    /** Everything here is public. */
    private static final class OpenGate implements Gate {
        @Override
        public @Nullable Caller admit(Knock knock, Map<String, String> answerHeaders) {
            return null;
        }

        @Override
        public void refused(Knock knock, @Nullable Caller caller, Problem problem) {
            throw new IllegalStateException("nothing is refused here", new ProblemException(problem));
        }

        @Override
        public void recheck(Knock knock) {
            throw new IllegalStateException("nobody signs in here");
        }
    }
}
