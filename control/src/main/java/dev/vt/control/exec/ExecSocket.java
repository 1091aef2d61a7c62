package dev.vt.control.exec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.Gatekeeper;
import dev.vt.kernel.Json;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import io.helidon.websocket.WsUpgradeException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's WebSocket (exec-and-logs.md §2). Incoming frames run on the connection's virtual thread, which may block: that is the
 * back-pressure towards the client. Frames to the client are written by one pump thread; both writers share {@link #lock}.
 */
final class ExecSocket implements WsListener {
    static final String SUBPROTOCOL = "vt.exec.v1";

    private static final Logger log = LoggerFactory.getLogger(ExecSocket.class);
    private static final int MAX_FRAME = 64 * 1024 + 1;
    private static final int MAX_BEFORE_HELLO = 4 * 1024;
    private static final Duration HELLO_LIMIT = Duration.ofSeconds(5);
    private static final Duration ATTACH_LIMIT = Duration.ofSeconds(10);
    private static final Duration PING_PERIOD = Duration.ofSeconds(15);
    private static final int CLOSE_NORMAL = 1000;
    private static final int CLOSE_TOO_BIG = 1009;
    /** IANA, WebSocket Close Code Number Registry: Try Again Later. */
    private static final int CLOSE_TRY_AGAIN = 1013;

    private static final int CLOSE_PROTOCOL = 4400;
    private static final int CLOSE_TOKEN = 4401;
    private static final int CLOSE_VERSION = 4406;

    private final ExecAuthority sessions;
    private final ExecRelays relays;
    private final Object lock = new Object();
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private String execId = "";
    private @Nullable ExecRelay relay;
    private volatile boolean closed;
    private volatile boolean greeted;
    private volatile boolean connected;
    private volatile long lastHeard = System.nanoTime();

    ExecSocket(ExecAuthority sessions, ExecRelays relays) {
        this.sessions = sessions;
        this.relays = relays;
    }

    @Override
    public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) throws WsUpgradeException {
        if (!fromHere(headers)) {
            throw new WsUpgradeException("the page that asks is not of this server");
        }
        String[] parts = prologue.uriPath().path().split("/", -1);
        execId = parts.length >= 4 ? parts[3] : "";
        boolean offered = headers.contains(HeaderNames.create("Sec-WebSocket-Protocol"))
                && Arrays.stream(headers.get(HeaderNames.create("Sec-WebSocket-Protocol"))
                                .values()
                                .split(","))
                        .anyMatch(name -> name.strip().equals(SUBPROTOCOL));
        if (!offered) {
            throw new WsUpgradeException("the subprotocol " + SUBPROTOCOL + " must be offered");
        }
        WritableHeaders<?> answer = WritableHeaders.create();
        answer.set(HeaderNames.create("Sec-WebSocket-Protocol"), SUBPROTOCOL);
        return Optional.of(answer);
    }

    /** A browser says which page asks, and only our own may (A21, SC-16); other programs say nothing. */
    private static boolean fromHere(Headers headers) {
        String origin = headers.first(HeaderNames.ORIGIN).orElse("");
        String host = headers.first(HeaderNames.HOST).orElse("");
        return origin.isEmpty()
                || Gatekeeper.sameOrigin(origin, host, true)
                || Gatekeeper.sameOrigin(origin, host, false);
    }

    /** Helidon ends the connection's thread, and tells nobody, when a client just vanishes; so somebody waits for its end. */
    @Override
    public void onOpen(WsSession session) {
        Thread connection = Thread.currentThread();
        Thread.ofVirtual().name("exec-watch").start(() -> {
            try {
                if (!connection.join(HELLO_LIMIT) && !greeted) {
                    close(session, CLOSE_PROTOCOL, "no hello");
                }
                connection.join();
                gone();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                log.debug("exec socket broke exec={}", execId, e);
                gone();
            }
        });
    }

    @Override
    public void onMessage(WsSession session, String text, boolean last) {
        close(session, CLOSE_PROTOCOL, "text frame");
    }

    @Override
    public void onMessage(WsSession session, BufferData buffer, boolean last) {
        byte[] bytes = new byte[buffer.available()];
        buffer.read(bytes);
        lastHeard = System.nanoTime();
        partial.writeBytes(bytes);
        int limit = greeted ? MAX_FRAME : MAX_BEFORE_HELLO;
        if (partial.size() > limit) {
            close(session, greeted ? CLOSE_TOO_BIG : CLOSE_PROTOCOL, "frame too large");
            return;
        }
        if (last) {
            byte[] frame = partial.toByteArray();
            partial.reset();
            try {
                accept(session, frame);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void accept(WsSession session, byte[] frame) throws InterruptedException {
        if (closed || frame.length == 0) {
            return;
        }
        if (!greeted) {
            hello(session, frame);
            return;
        }
        ExecRelay to = relay;
        switch (frame[0]) {
            case ExecFrame.STDIN -> forward(to, frame);
            case ExecFrame.CONTROL -> {
                JsonNode message = ExecFrame.control(frame).orElse(null);
                if (message == null) {
                    close(session, CLOSE_PROTOCOL, "malformed control frame");
                    return;
                }
                switch (message.path("type").asText()) {
                    case "resize", "signal", "eof", "close" -> forward(to, frame);
                    case "ping" -> send(session, ExecFrame.control(Json.object().put("type", "pong")));
                    case "pong" -> {}
                    default -> close(session, CLOSE_PROTOCOL, "unknown control frame");
                }
            }
            default -> close(session, CLOSE_PROTOCOL, "unknown frame");
        }
    }

    private void forward(@Nullable ExecRelay to, byte[] frame) throws InterruptedException {
        if (to != null && !to.toNode(frame)) {
            log.debug("frame for an ended session exec={}", execId);
        }
    }

    private void hello(WsSession session, byte[] frame) {
        Optional<ObjectNode> hello = ExecFrame.control(frame)
                .filter(message -> message.path("type").asText().equals("hello"));
        if (hello.isEmpty()) {
            close(session, CLOSE_PROTOCOL, "hello comes first");
            return;
        }
        if (hello.get().path("v").asInt() != 1) {
            close(session, CLOSE_VERSION, "unsupported_version");
            return;
        }
        String net = dev.vt.control.audit.SourceNet.of(
                session.socketContext().remotePeer().host());
        greeted = true;
        ExecConnection connection =
                sessions.connect(execId, hello.get().path("token").asText(), net);
        switch (connection) {
            case ExecConnection.Granted(ExecRequest request) -> granted(session, hello.get(), request);
            case ExecConnection.Refused() -> close(session, CLOSE_TOKEN, "token_invalid");
            case ExecConnection.Unavailable(String code) -> close(session, CLOSE_TRY_AGAIN, code);
        }
    }

    private void granted(WsSession session, ObjectNode hello, ExecRequest request) {
        connected = true;
        int cols = Math.clamp(hello.path("cols").asInt(request.cols()), 1, 1000);
        int rows = Math.clamp(hello.path("rows").asInt(request.rows()), 1, 1000);
        Optional<ExecRelay> opened = relays.open(execId, request, cols, rows);
        if (opened.isEmpty()) {
            finish(session, null, "node_lost");
            return;
        }
        relay = opened.get();
        send(
                session,
                ExecFrame.control(Json.object()
                        .put("type", "welcome")
                        .put("v", 1)
                        .put("replay_bytes", 0)
                        .put("missed_bytes", 0)));
        Thread.ofVirtual().name("exec-" + execId).start(() -> pump(session, opened.get()));
        try {
            // The client's first input must not overtake the agent's stream.
            if (!opened.get().awaitAttached(ATTACH_LIMIT)) {
                finish(session, null, "node_lost");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Node → client, until the exit frame or until either side is gone. */
    private void pump(WsSession session, ExecRelay from) {
        try {
            if (!from.awaitAttached(ATTACH_LIMIT)) {
                return;
            }
            long nextPing = System.nanoTime() + PING_PERIOD.toNanos();
            while (!closed) {
                byte[] frame = from.next(Duration.ofSeconds(1));
                if (frame != null && frame.length == 0) {
                    finish(session, null, "node_lost");
                    return;
                }
                if (frame != null && frame[0] == ExecFrame.EXIT) {
                    exited(session, frame);
                    return;
                }
                if (frame != null) {
                    send(session, frame);
                }
                long now = System.nanoTime();
                if (now > nextPing) {
                    if (now - lastHeard > PING_PERIOD.toNanos() * 4) {
                        finish(session, null, "client_disconnect");
                        return;
                    }
                    send(session, ExecFrame.control(Json.object().put("type", "ping")));
                    nextPing = now + PING_PERIOD.toNanos();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.debug("exec socket broke exec={}", execId, e);
            gone();
        }
    }

    private void exited(WsSession session, byte[] frame) {
        JsonNode exit = Json.parse(Arrays.copyOfRange(frame, 1, frame.length));
        Integer code = exit.hasNonNull("exit_code") ? exit.path("exit_code").asInt() : null;
        String reason = exit.path("reason").asText("exited");
        sessions.end(execId, code, reason);
        relays.forget(execId);
        send(session, frame);
        close(session, CLOSE_NORMAL, reason);
    }

    private void finish(WsSession session, @Nullable Integer code, String reason) {
        sessions.end(execId, code, reason);
        relays.forget(execId);
        ObjectNode exit = Json.object().put("reason", reason);
        exit.put("exit_code", code);
        send(session, ExecFrame.of(ExecFrame.EXIT, Json.bytes(exit)));
        close(session, CLOSE_NORMAL, reason);
    }

    private void send(WsSession session, byte[] frame) {
        synchronized (lock) {
            if (!closed) {
                session.send(BufferData.create(frame), true);
            }
        }
    }

    private void close(WsSession session, int code, String reason) {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                session.close(code, reason);
            }
        }
    }

    @Override
    public void onClose(WsSession session, int status, String reason) {
        gone();
    }

    @Override
    public void onError(WsSession session, Throwable error) {
        log.debug("exec socket broke exec={}", execId, error);
        gone();
    }

    private void gone() {
        boolean wasOpen;
        synchronized (lock) {
            wasOpen = !closed;
            closed = true;
        }
        if (wasOpen && connected) {
            sessions.end(execId, null, "client_disconnect");
            relays.revoke(execId);
            relays.forget(execId);
        }
    }
}
