package dev.vt.runtime.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A QEMU monitor connection (QMP). One virtual thread reads answers and events; commands may come from any thread and wait at
 * most their timeout. QEMU serves one connection at a time.
 */
final class QmpClient implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(QmpClient.class);
    private static final int MAX_LINE = 1 << 20;

    private final SocketChannel socket;
    private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final Consumer<String> onEvent;
    private final Runnable onClose;
    private final CompletableFuture<JsonNode> greeting = new CompletableFuture<>();

    private QmpClient(SocketChannel socket, Consumer<String> onEvent, Runnable onClose) {
        this.socket = socket;
        this.onEvent = onEvent;
        this.onClose = onClose;
    }

    /**
     * Connects and negotiates.
     *
     * @param onEvent called with an event's name, on the reader thread: must not block or send commands
     * @param onClose called once, on the reader thread, when the connection has ended for any reason
     */
    static QmpClient connect(Path path, Duration timeout, Consumer<String> onEvent, Runnable onClose)
            throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        QmpClient client = new QmpClient(socket, onEvent, onClose);
        Thread.ofVirtual().name("qmp " + path).start(client::read);
        try {
            await(client.greeting, timeout);
            client.execute("qmp_capabilities", Json.object(), timeout);
        } catch (IOException e) {
            client.close();
            throw e;
        }
        return client;
    }

    JsonNode execute(String command, Duration timeout) throws IOException {
        return execute(command, Json.object(), timeout);
    }

    /** @return the command's {@code return} value */
    JsonNode execute(String command, ObjectNode arguments, Duration timeout) throws IOException {
        long id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        ObjectNode request = Json.object();
        request.put("execute", command).set("arguments", arguments);
        request.put("id", id);
        try {
            send(request);
            JsonNode response = await(answer, timeout);
            if (response.has("error")) {
                throw new IOException("QMP command failed: " + command + ": "
                        + response.path("error").path("class").asText());
            }
            return response.path("return");
        } finally {
            waiting.remove(id);
        }
    }

    /** Sends without waiting: for {@code quit}, whose answer may be lost with the process. */
    void post(String command) throws IOException {
        ObjectNode request = Json.object();
        request.put("execute", command).put("id", ids.incrementAndGet());
        send(request);
    }

    private synchronized void send(JsonNode request) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(Channels.newInputStream(new Source()), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() > MAX_LINE) {
                    throw new IOException("QMP line too long");
                }
                dispatch(Json.parse(line));
            }
        } catch (IOException | IllegalArgumentException e) {
            log.debug("QMP connection ended", e);
        } finally {
            IOException gone = new IOException("QMP connection closed");
            greeting.completeExceptionally(gone);
            waiting.values().forEach(answer -> answer.completeExceptionally(gone));
            onClose.run();
        }
    }

    private void dispatch(JsonNode message) {
        if (message.has("QMP")) {
            greeting.complete(message);
        } else if (message.has("event")) {
            onEvent.accept(message.path("event").asText());
        } else {
            CompletableFuture<JsonNode> answer = waiting.get(message.path("id").asLong());
            if (answer != null) {
                answer.complete(message);
            }
        }
    }

    private static JsonNode await(CompletableFuture<JsonNode> answer, Duration timeout) throws IOException {
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("QMP did not answer in " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException("QMP connection failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for QMP", e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Hides the channel's selectable nature: {@link Channels} would otherwise hold a lock that writers need. */
    private final class Source implements java.nio.channels.ReadableByteChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            return socket.read(target);
        }

        @Override
        public boolean isOpen() {
            return socket.isOpen();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
