package dev.vt.control.testing;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A client's WebSocket of the exec protocol: whole messages wait in a queue, the close code in a future. */
public final class TestSocket implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;

    private TestSocket(int port, String path) {
        this.socket = client.newWebSocketBuilder()
                .subprotocols("vt.exec.v1")
                .connectTimeout(Duration.ofSeconds(10))
                .buildAsync(URI.create("ws://127.0.0.1:" + port + path), new Receiver())
                .join();
    }

    public static TestSocket open(TestServer server, String path) {
        return new TestSocket(server.control().httpPort(), path);
    }

    public void send(int type, String payload) {
        send(type, payload.getBytes(StandardCharsets.UTF_8));
    }

    public void send(int type, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 1)
                .put((byte) type)
                .put(payload)
                .flip();
        socket.sendBinary(frame, true).join();
    }

    public void sendText(String text) {
        socket.sendText(text, true).join();
    }

    /** The next frame; fails the test if none comes. */
    public byte[] next() {
        try {
            byte[] frame = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (frame == null) {
                throw new AssertionError("no frame; close code " + closeCode.getNow(-1));
            }
            return frame;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The payload of the next frame, which must be of this type. */
    public String next(int type) {
        byte[] frame = next();
        if (frame[0] != type) {
            throw new AssertionError("frame of type " + frame[0] + " instead of " + type);
        }
        return new String(frame, 1, frame.length - 1, StandardCharsets.UTF_8);
    }

    public int closeCode() {
        try {
            return closeCode.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the socket is still open", e);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("no close code", e);
        }
    }

    /** Cuts the connection. */
    public void abort() {
        socket.abort();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private final class Receiver implements WebSocket.Listener {
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            partial.writeBytes(bytes);
            if (last) {
                frames.add(partial.toByteArray());
                partial.reset();
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closeCode.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closeCode.completeExceptionally(error);
        }
    }
}
