package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonReader;
import dev.vt.cli.json.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of an exec session (exec-and-logs.md §2). Output arrives on the socket's thread and is written at once, one frame
 * asked for at a time; a virtual thread reads standard input. Sends are serialised by this object's monitor.
 */
final class ExecConnection {
    private static final byte STDIN = 0x01;
    private static final byte STDOUT = 0x02;
    private static final byte STDERR = 0x03;
    private static final byte CONTROL = 0x10;
    private static final byte EXIT = 0x11;
    private static final int CHUNK = 32 * 1024;
    /** IANA, WebSocket Close Code Number Registry: Try Again Later. */
    private static final int TRY_AGAIN = 1013;

    private final Session session;
    private final String connectUrl;
    private final String token;
    private final ExecTerminal screen;
    private final CompletableFuture<Doc> end = new CompletableFuture<>();
    private @Nullable WebSocket socket;

    ExecConnection(Session session, Doc connectUrl, Doc token, ExecTerminal screen) {
        this.session = session;
        this.connectUrl = connectUrl.text().orElse("");
        this.token = token.text().orElse("");
        this.screen = screen;
    }

    /** @return the remote exit code, 128 + n for a signal */
    int run() throws IOException, InterruptedException {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5));
        SSLContext tls = session.api().tls();
        if (tls != null) {
            builder.sslContext(tls);
        }
        Closeable atInterrupt = () -> end.completeExceptionally(new CliException(CliError.interrupted()));
        session.shell().interrupts().watch(atInterrupt);
        try (HttpClient client = builder.build()) {
            socket = connect(client);
            hello();
            screen.onResize(() -> control(Map.of("type", "resize", "cols", screen.columns(), "rows", screen.rows())));
            Thread input = Thread.ofVirtual().name("exec-stdin").start(this::pumpInput);
            try {
                return exitCode(end.get());
            } catch (ExecutionException e) {
                throw lost(e.getCause() == null ? e : e.getCause());
            } finally {
                input.interrupt();
                client.shutdownNow();
            }
        } finally {
            session.shell().interrupts().forget(atInterrupt);
        }
    }

    private WebSocket connect(HttpClient client) throws InterruptedException {
        URI uri = URI.create(connectUrl.startsWith("/") ? session.api().server() + connectUrl : connectUrl);
        String scheme = "https".equals(uri.getScheme()) || "wss".equals(uri.getScheme()) ? "wss" : "ws";
        URI target = URI.create(scheme + uri.toString().substring(uri.toString().indexOf(':')));
        try {
            return client.newWebSocketBuilder()
                    .subprotocols("vt.exec.v1")
                    .connectTimeout(Duration.ofSeconds(10))
                    .buildAsync(target, new Receiver())
                    .get();
        } catch (ExecutionException e) {
            throw lost(e.getCause() == null ? e : e.getCause());
        }
    }

    private void hello() {
        control(Map.of("type", "hello", "v", 1, "token", token, "cols", screen.columns(), "rows", screen.rows()));
    }

    private void pumpInput() {
        byte[] buffer = new byte[CHUNK];
        EscapeSequence escape = new EscapeSequence();
        try {
            InputStream in = screen.input();
            for (int n = in.read(buffer); n >= 0 && !end.isDone(); n = in.read(buffer)) {
                byte[] typed = screen.raw() ? escape.pass(buffer, n) : Arrays.copyOf(buffer, n);
                if (typed.length > 0) {
                    send(STDIN, typed);
                }
                if (escape.closed()) {
                    control(Map.of("type", "close"));
                    return;
                }
            }
            if (!end.isDone()) {
                control(Map.of("type", "eof"));
            }
        } catch (IOException e) {
            end.completeExceptionally(e);
        }
    }

    private void control(Map<String, Object> message) {
        send(CONTROL, JsonWriter.line(message).getBytes(StandardCharsets.UTF_8));
    }

    private synchronized void send(byte type, byte[] payload) {
        WebSocket open = socket;
        if (open == null || open.isOutputClosed()) {
            return;
        }
        ByteBuffer frame =
                ByteBuffer.allocate(payload.length + 1).put(type).put(payload).flip();
        open.sendBinary(frame, true).join();
    }

    private int exitCode(Doc exit) {
        String reason = exit.str("reason");
        if (!exit.get("signal").isNull()) {
            return 128 + (int) exit.number("signal");
        }
        if (!exit.get("exit_code").isNull()) {
            return (int) exit.number("exit_code");
        }
        throw new CliException(CliError.of(
                "transient",
                6,
                "unavailable",
                "the session ended without an exit code: " + reason,
                "run the command again"));
    }

    private static CliException lost(Throwable cause) {
        if (cause instanceof CliException known) {
            return known;
        }
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new CliException(CliError.network("the exec connection failed: " + text));
    }

    /** Called by the client's thread, one frame at a time. */
    private final class Receiver implements WebSocket.Listener {
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            partial.writeBytes(bytes);
            if (last) {
                byte[] frame = partial.toByteArray();
                partial.reset();
                try {
                    accept(from, frame);
                } catch (IOException e) {
                    end.completeExceptionally(e);
                }
            }
            from.request(1);
            return null;
        }

        private void accept(WebSocket from, byte[] frame) throws IOException {
            if (frame.length == 0) {
                return;
            }
            byte[] payload = Arrays.copyOfRange(frame, 1, frame.length);
            switch (frame[0]) {
                case STDOUT -> write(screen.output(), payload);
                case STDERR -> write(session.err(), payload);
                case CONTROL -> {
                    Doc message = JsonReader.read(payload);
                    if ("ping".equals(message.str("type"))) {
                        Thread.ofVirtual().start(() -> control(Map.of("type", "pong")));
                    } else if ("warning".equals(message.str("type"))) {
                        session.err().println("warning: " + message.str("code"));
                    }
                }
                case EXIT -> end.complete(JsonReader.read(payload));
                default -> from.sendClose(4400, "unknown frame");
            }
        }

        private static void write(OutputStream out, byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end.completeExceptionally(
                    code == TRY_AGAIN
                            ? new CliException(CliError.of(
                                    "transient",
                                    6,
                                    reason,
                                    "no server leads at the moment; nothing was run",
                                    "run the command again"))
                            : new IOException("closed with " + code + (reason.isEmpty() ? "" : " " + reason)));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            end.completeExceptionally(error);
        }
    }
}
