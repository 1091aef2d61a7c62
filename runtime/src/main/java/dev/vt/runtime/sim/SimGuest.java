package dev.vt.runtime.sim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.channel.Frame;
import dev.vt.runtime.channel.FrameCodec;
import dev.vt.runtime.channel.FrameDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest's init as seen through its control channel. One thread per connection reads; everything happens under this object's
 * lock. Exec knows {@code echo}, {@code exit}, {@code cat} and {@code sleep}; a forward to an open port answers HTTP 200.
 */
final class SimGuest {
    private static final Logger log = LoggerFactory.getLogger(SimGuest.class);

    private final String vmId;
    private String instanceId;
    private String bootId;
    /** Restored, and without an identity yet. */
    private boolean nameless;

    private boolean reseeded;
    private final GuestScript script;
    private final SimTime time;
    private final Runnable powerOff;

    private @Nullable OutputStream host;
    private boolean hostReady;
    private boolean helloDue;
    private String pendingSync = "";
    private boolean paused;
    private boolean configured;
    private boolean started;
    private boolean ended;
    private Optional<ObjectNode> status = Optional.empty();
    private long nextMessage = 1;
    private int nextStream = 1;
    private int logStream;
    /** What is printed before the host has said where to begin waits for that. */
    private boolean logAccepted;

    private int secretStream;
    private final ByteArrayOutputStream secret = new ByteArrayOutputStream();
    private final List<String> lines = new ArrayList<>();
    private final Map<Integer, List<String>> execs = new HashMap<>();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    SimGuest(String vmId, String bootId, GuestScript script, SimTime time, Runnable powerOff) {
        this.vmId = vmId;
        this.instanceId = vmId;
        this.bootId = bootId;
        this.script = script;
        this.time = time;
        this.powerOff = powerOff;
    }

    synchronized void powerOn() {
        script.hello().ifPresent(delay -> time.after(delay, this::becomeTalkative));
    }

    /** Paused, and as its template was. */
    synchronized void restoreFrom(BaseSnapshot snapshot) {
        instanceId = snapshot.guestId();
        bootId = snapshot.guestBootId();
        nameless = true;
        paused = true;
        helloDue = script.hello().isPresent();
    }

    synchronized void pause(boolean on) {
        paused = on;
        if (!on) {
            greet();
        }
    }

    /** The secrets file it was given; empty if none. */
    synchronized byte[] secretsFile() {
        return secret.toByteArray();
    }

    /** The workload writes a line to standard output. */
    synchronized void print(String line) {
        lines.add(line);
        sendLog(lines.size());
    }

    /** The workload ends by itself. */
    synchronized void exit(int code) {
        if (started && !ended) {
            ended = true;
            ObjectNode exited = Json.object();
            exited.put("state", "exited").put("code", code);
            tell(exited);
            time.after(Duration.ofMillis(5), powerOff);
        }
    }

    /** Serves one connection of the host until it ends. */
    void serve(InputStream input, OutputStream output) {
        synchronized (this) {
            host = output;
            hostReady = false;
            execs.clear();
            logStream = 0;
        }
        FrameDecoder decoder = new FrameDecoder();
        byte[] buffer = new byte[32 << 10];
        try {
            for (int n = input.read(buffer, 0, Math.min(buffer.length, decoder.room()));
                    n >= 0;
                    n = input.read(buffer, 0, Math.min(buffer.length, decoder.room()))) {
                decoder.feed(buffer, 0, n);
                for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
                    on(frame);
                }
            }
        } catch (IOException e) {
            log.debug("host let go vm={}", vmId, e);
        } finally {
            synchronized (this) {
                if (output.equals(host)) {
                    host = null;
                    hostReady = false;
                }
            }
        }
    }

    private synchronized void becomeTalkative() {
        helloDue = true;
        greet();
    }

    private void greet() {
        if (!helloDue || paused || pendingSync.isEmpty()) {
            return;
        }
        ObjectNode hello = Json.object();
        hello.put("protocol_min", 1).put("protocol_max", 1).put("init_version", "sim");
        hello.put("instance_id", instanceId).put("boot_id", bootId).put("sync", pendingSync);
        hello.put("configured", configured).put("template", nameless).put("uptime_ms", 1);
        pendingSync = "";
        nextStream = 1;
        execs.clear();
        send(new Frame(Frame.HELLO, 0, Json.bytes(hello)));
    }

    private synchronized void on(Frame frame) {
        switch (frame.type()) {
            case Frame.SYNC -> {
                pendingSync = HexFormat.of().formatHex(frame.payload());
                greet();
            }
            case Frame.WELCOME -> welcome();
            case Frame.PING -> send(new Frame(Frame.PONG, 0, frame.payload()));
            case Frame.MSG -> onMessagePart(frame);
            case Frame.OPEN -> onOpen(frame.stream(), Json.parse(frame.payload()));
            case Frame.ACCEPT -> onAccept(frame);
            case Frame.DATA -> onData(frame);
            case Frame.FIN -> onFin(frame.stream());
            case Frame.RESET -> {
                execs.remove(frame.stream());
                if (frame.stream() == secretStream && configured && !started) {
                    fail(
                            "secrets_injection_failed",
                            Json.parse(frame.payload()).path("code").asText());
                }
            }
            default -> {
                // Credit: what a simulated guest sends always fits.
            }
        }
    }

    private void welcome() {
        hostReady = true;
        logStream = open("log");
        logAccepted = false;
        status.ifPresent(this::resend);
    }

    private void onMessagePart(Frame frame) {
        message.writeBytes(frame.payload());
        if (frame.payload().length == FrameCodec.MAX_PAYLOAD) {
            return;
        }
        JsonNode document = Json.parse(message.toByteArray());
        message.reset();
        switch (document.path("type").asText()) {
            case "config" -> onConfig(document);
            case "stop" -> onStop();
            case "reseed" -> reseeded = true;
            case "identity" -> onIdentity(document);
            default -> {
                // Acknowledgements, clock and entropy change nothing here.
            }
        }
    }

    private void onIdentity(JsonNode document) {
        boolean taken = nameless && reseeded && script.takesIdentity();
        if (taken) {
            nameless = false;
            instanceId = document.path("instance_id").asText();
            bootId = document.path("boot_id").asText();
        }
        say(Json.object()
                .put("type", "ack")
                .put("id", document.path("id").asLong())
                .put("ok", taken));
    }

    private void onConfig(JsonNode document) {
        ObjectNode ack = Json.object();
        ack.put("type", "ack")
                .put("id", document.path("id").asLong())
                .put("ok", script.configError().isEmpty());
        script.configError().ifPresent(text -> ack.put("message", text));
        say(ack);
        if (script.configError().isPresent()) {
            return;
        }
        configured = true;
        ObjectNode applied = Json.object();
        tell(applied.put("state", "config_applied"));
        if (document.path("config").path("secrets").asBoolean()) {
            secret.reset();
            secretStream = open("secrets");
        } else {
            proceed();
        }
    }

    private void proceed() {
        time.after(script.start(), this::startWorkload);
    }

    private synchronized void startWorkload() {
        if (ended || started) {
            return;
        }
        if (script.failure().isPresent()) {
            fail(script.failure().get().reason(), script.failure().get().detail());
            return;
        }
        started = true;
        ObjectNode document = Json.object();
        document.put("state", "started").putObject("marks").put("network", 1).put("exec", 2);
        tell(document);
        lines.add("started");
        sendLog(lines.size());
        script.exit().ifPresent(delay -> time.after(delay, () -> exit(script.exitCode())));
    }

    private void fail(String reason, String detail) {
        if (!ended) {
            ended = true;
            ObjectNode failed = Json.object();
            tell(failed.put("state", "failed").put("reason", reason).put("detail", detail));
            time.after(Duration.ofMillis(5), powerOff);
        }
    }

    private void onStop() {
        script.stop().ifPresent(delay -> time.after(delay, () -> stopped()));
    }

    private synchronized void stopped() {
        if (started) {
            exit(0);
        } else if (!ended) {
            ended = true;
            time.after(Duration.ZERO, powerOff);
        }
    }

    private void onOpen(int stream, JsonNode params) {
        switch (params.path("kind").asText()) {
            case "forward" -> {
                if (started && script.openPorts().contains(params.path("port").asInt())) {
                    send(new Frame(Frame.ACCEPT, stream, Json.bytes(Json.object())));
                } else {
                    reset(stream, "refused");
                }
            }
            case "exec" -> onExec(stream, params);
            default -> reset(stream, "unknown_kind");
        }
    }

    private void onExec(int stream, JsonNode params) {
        if (!started) {
            reset(stream, "not_running");
            return;
        }
        List<String> argv = new ArrayList<>();
        params.path("argv").forEach(arg -> argv.add(arg.asText()));
        send(new Frame(Frame.ACCEPT, stream, Json.bytes(Json.object())));
        switch (argv.getFirst()) {
            case "echo" -> {
                packet(stream, 0x02, String.join(" ", argv.subList(1, argv.size())) + "\n");
                exitExec(stream, 0);
            }
            case "exit" -> exitExec(stream, Integer.parseInt(argv.get(1)));
            case "cat", "sleep" -> execs.put(stream, argv);
            default -> exitExec(stream, 127);
        }
    }

    private void onAccept(Frame frame) {
        if (frame.stream() == logStream) {
            logAccepted = true;
            int stored = Json.parse(frame.payload()).path("after_seq").asInt();
            for (int seq = stored + 1; seq <= lines.size(); seq++) {
                sendLog(seq);
            }
        }
    }

    private void onData(Frame frame) {
        grant(frame);
        if (frame.stream() == secretStream) {
            secret.writeBytes(frame.payload());
            return;
        }
        List<String> exec = execs.get(frame.stream());
        if (exec == null) {
            if (frame.stream() % 2 == 0) {
                String answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                data(frame.stream(), answer.getBytes(StandardCharsets.US_ASCII));
                send(new Frame(Frame.FIN, frame.stream(), new byte[0]));
            }
            return;
        }
        byte[] packet = frame.payload();
        if (packet[0] == 0x01 && exec.getFirst().equals("cat")) {
            byte[] echo = packet.clone();
            echo[0] = 0x02;
            data(frame.stream(), echo);
        } else if (packet[0] == 0x10) {
            JsonNode control = Json.parse(Arrays.copyOfRange(packet, 1, packet.length));
            switch (control.path("type").asText()) {
                case "eof", "close" -> exitExec(frame.stream(), 0);
                case "signal" -> exitExec(frame.stream(), 130);
                default -> {
                    // A resize of nothing.
                }
            }
        }
    }

    private void onFin(int stream) {
        if (stream == secretStream) {
            send(new Frame(Frame.FIN, stream, new byte[0]));
            secretStream = 0;
            proceed();
        }
        execs.remove(stream);
    }

    private void exitExec(int stream, int code) {
        execs.remove(stream);
        packet(stream, 0x11, "{\"exit_code\":" + code + ",\"reason\":\"exited\"}");
        send(new Frame(Frame.FIN, stream, new byte[0]));
    }

    private void packet(int stream, int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] packet = new byte[bytes.length + 1];
        packet[0] = (byte) type;
        System.arraycopy(bytes, 0, packet, 1, bytes.length);
        data(stream, packet);
    }

    private void data(int stream, byte[] bytes) {
        send(new Frame(Frame.DATA, stream, bytes));
    }

    private void grant(Frame frame) {
        send(new Frame(
                Frame.CREDIT,
                frame.stream(),
                ByteBuffer.allocate(4).putInt(frame.payload().length).array()));
    }

    private void sendLog(int seq) {
        if (logStream == 0 || !logAccepted || !hostReady) {
            return;
        }
        byte[] line = lines.get(seq - 1).getBytes(StandardCharsets.UTF_8);
        boolean system = seq == 1;
        data(
                logStream,
                ByteBuffer.allocate(12 + line.length)
                        .putLong(seq)
                        .put((byte) (system ? 3 : 1))
                        .put((byte) 0)
                        .putShort((short) line.length)
                        .put(line)
                        .array());
    }

    private int open(String kind) {
        int stream = nextStream;
        nextStream += 2;
        send(new Frame(Frame.OPEN, stream, Json.bytes(Json.object().put("kind", kind))));
        return stream;
    }

    private void reset(int stream, String code) {
        send(new Frame(Frame.RESET, stream, Json.bytes(Json.object().put("code", code))));
    }

    private void tell(ObjectNode document) {
        document.put("type", "status").put("id", nextMessage++);
        status = Optional.of(document);
        resend(document);
    }

    private void resend(ObjectNode document) {
        if (hostReady) {
            say(document);
        }
    }

    private void say(ObjectNode document) {
        send(new Frame(Frame.MSG, 0, Json.bytes(document)));
    }

    private void send(Frame frame) {
        OutputStream to = host;
        if (to == null) {
            return;
        }
        try {
            to.write(FrameCodec.encode(frame));
        } catch (IOException e) {
            log.debug("host gone vm={}", vmId, e);
        }
    }
}
