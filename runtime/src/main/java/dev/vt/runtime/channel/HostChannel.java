package dev.vt.runtime.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.ByteChannelPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one implementation of {@link GuestChannel}. Virtual threads of its own: the reader decodes and never waits for anybody but the
 * transport; the writer sends control frames first, then one slice per stream in turn; the teller calls {@link GuestEvents#status};
 * the keeper pings; one more per stream that the guest opened. All mutable state is guarded by {@link #lock}.
 */
final class HostChannel implements GuestChannel {
    private static final Logger log = LoggerFactory.getLogger(HostChannel.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int PROTOCOL = 1;
    private static final int CONTROL_FRAMES = 4096;
    private static final int STATUS_QUEUE = 256;
    private static final int MESSAGE_BYTES = 1 << 20;
    private static final int RESYNCS = 5;
    private static final Duration RESYNC_WINDOW = Duration.ofMinutes(1);
    private static final Duration SYNC_RETRY = Duration.ofSeconds(5);
    static final Duration PING_PERIOD = Duration.ofSeconds(10);
    private static final int PINGS_MISSED = 3;
    private static final int RESEED_BYTES = 64;
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private enum State {
        GREETING,
        OPEN,
        CLOSED
    }

    final ReentrantLock lock = new ReentrantLock();
    private final Condition writable = lock.newCondition();
    private final Condition changed = lock.newCondition();

    private final ByteChannelPair transport;
    private final String instanceId;
    private final String bootId;
    private final long epoch;
    private final GuestEvents events;
    private final Duration pingPeriod;

    private State state = State.GREETING;
    private String sync = "";
    private @Nullable GuestHello hello;
    /** Whether the opener has the channel, and so is told of its end as an event. */
    private volatile boolean handedOver;

    private @Nullable ChannelException failure;
    private final Queue<byte[]> control = new ArrayDeque<>();
    private final Map<Integer, HostStream> streams = new LinkedHashMap<>();
    private final Map<Long, JsonNode> acks = new HashMap<>();
    private final List<Long> awaitedAcks = new ArrayList<>();
    private final Queue<JsonNode> told = new ArrayDeque<>();
    private final Queue<Instant> resyncs = new ArrayDeque<>();
    private final List<Thread> guestStreamThreads = new ArrayList<>();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    /** Whose names HELLO may bear, until the restored guest has its own; null otherwise. */
    private @Nullable BaseSnapshot restoredFrom;

    private int nextStreamId = 2;
    private int lastGuestStreamId;
    private long nextMessageId = 1;
    private int unansweredPings;

    private HostChannel(
            ByteChannelPair transport,
            String instanceId,
            String bootId,
            long epoch,
            GuestEvents events,
            Duration pingPeriod) {
        this.transport = transport;
        this.instanceId = instanceId;
        this.bootId = bootId;
        this.epoch = epoch;
        this.events = events;
        this.pingPeriod = pingPeriod;
    }

    static HostChannel open(
            ByteChannelPair transport,
            String instanceId,
            String bootId,
            long epoch,
            Duration deadline,
            GuestEvents events,
            Duration pingPeriod)
            throws InterruptedException {
        HostChannel channel = new HostChannel(transport, instanceId, bootId, epoch, events, pingPeriod);
        channel.begin(() -> channel.awaitFirstHello(deadline));
        return channel;
    }

    static HostChannel openRestored(
            ByteChannelPair transport,
            BaseSnapshot snapshot,
            RestoredIdentity identity,
            long epoch,
            Duration deadline,
            GuestEvents events)
            throws InterruptedException {
        HostChannel channel =
                new HostChannel(transport, identity.instanceId(), identity.bootId(), epoch, events, PING_PERIOD);
        channel.restoredFrom = snapshot;
        channel.begin(() -> {
            channel.awaitFirstHello(deadline);
            channel.identify(identity, deadline);
        });
        return channel;
    }

    private interface Handshake {
        void run() throws InterruptedException;
    }

    private void begin(Handshake handshake) throws InterruptedException {
        startThreads();
        try {
            handshake.run();
            lock.lock();
            try {
                if (failure != null) {
                    throw failure;
                }
                handedOver = true;
            } finally {
                lock.unlock();
            }
        } catch (ChannelException | InterruptedException e) {
            fail(
                    e instanceof ChannelException c
                            ? c
                            : new ChannelException(ChannelException.Kind.CLOSED, "interrupted", "interrupted"));
            throw e;
        }
    }

    /** In this order (RT36); init takes no identity before entropy, and no config before an identity. */
    private void identify(RestoredIdentity identity, Duration timeout) throws InterruptedException {
        byte[] entropy = new byte[RESEED_BYTES];
        RANDOM.nextBytes(entropy);
        reseed(entropy);
        Arrays.fill(entropy, (byte) 0);
        clock(Instant.now());
        ObjectNode document = Json.object();
        document.put("type", "identity")
                .put("instance_id", identity.instanceId())
                .put("boot_id", identity.bootId());
        identity.mac().ifPresent(mac -> document.put("mac", mac));
        JsonNode answer = ask(document, timeout);
        if (!answer.path("ok").asBoolean()) {
            throw new ChannelException(
                    ChannelException.Kind.HANDSHAKE,
                    "handshake",
                    "the restored guest took no identity: "
                            + Messages.printable(answer.path("detail").asText()));
        }
        lock.lock();
        try {
            restoredFrom = null;
        } finally {
            lock.unlock();
        }
    }

    private void startThreads() {
        lock.lock();
        try {
            sendSync();
        } finally {
            lock.unlock();
        }
        String name = "guest-channel-" + instanceId;
        Thread.ofVirtual().name(name + "-writer").start(this::write);
        Thread reader = Thread.ofVirtual().name(name + "-reader").start(this::read);
        Thread teller = Thread.ofVirtual().name(name + "-teller").start(this::tell);
        Thread.ofVirtual().name(name + "-keeper").start(this::keepAlive);
        Thread.ofVirtual().name(name + "-end").start(() -> tellLost(reader, teller));
    }

    private void awaitFirstHello(Duration deadline) throws InterruptedException {
        lock.lock();
        try {
            long left = deadline.toNanos();
            long untilRetry = SYNC_RETRY.toNanos();
            while (state == State.GREETING) {
                if (left <= 0) {
                    throw new ChannelException(
                            ChannelException.Kind.HANDSHAKE, "handshake", "no HELLO within " + deadline);
                }
                long step = Math.min(left, untilRetry);
                long after = changed.awaitNanos(step);
                left -= step - after;
                untilRetry -= step - after;
                if (untilRetry <= 0) {
                    // The guest may have lost the first one; if it only is not up yet, it will answer both.
                    if (control.isEmpty()) {
                        sendSync();
                    }
                    untilRetry = SYNC_RETRY.toNanos();
                }
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- output

    /** Queues a control frame; called with the lock. */
    void control(Frame frame) {
        if (control.size() >= CONTROL_FRAMES) {
            // Only a guest that makes us answer faster than it reads can do this.
            fail(new ChannelException(
                    ChannelException.Kind.VIOLATION, "control_flood", "too many control frames wait"));
            return;
        }
        control.add(FrameCodec.encode(frame));
        writable.signal();
    }

    void wakeWriter() {
        writable.signal();
    }

    private void sendSync() {
        byte[] nonce = new byte[8];
        RANDOM.nextBytes(nonce);
        sync = HexFormat.of().formatHex(nonce);
        state = State.GREETING;
        control.clear();
        control.add(new byte[FrameCodec.PADDING]);
        control(new Frame(Frame.SYNC, 0, nonce));
    }

    private record Output(byte[] bytes, @Nullable HostStream sensitive) {}

    private void write() {
        try {
            while (true) {
                Output next = nextOutput();
                if (next == null) {
                    return;
                }
                transport.output().write(next.bytes());
                transport.output().flush();
                HostStream stream = next.sensitive();
                if (stream != null) {
                    stream.wipe(next.bytes());
                }
            }
        } catch (IOException e) {
            fail(new ChannelException(ChannelException.Kind.LOST, "write", "cannot write to the guest", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(new ChannelException(ChannelException.Kind.CLOSED, "interrupted", "the writer was interrupted", e));
        }
    }

    private @Nullable Output nextOutput() throws InterruptedException {
        lock.lock();
        try {
            while (state != State.CLOSED) {
                byte[] frame = control.poll();
                if (frame != null) {
                    return new Output(frame, null);
                }
                Output slice = state == State.OPEN ? nextSlice() : null;
                if (slice != null) {
                    return slice;
                }
                writable.await();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Output nextSlice() {
        for (HostStream stream : List.copyOf(streams.values())) {
            Frame frame = stream.nextFrame();
            if (frame != null) {
                streams.remove(stream.id);
                if (!stream.isOver()) {
                    streams.put(stream.id, stream); // to the back of the queue
                }
                byte[] bytes = FrameCodec.encode(frame);
                stream.wipe(frame.payload());
                return new Output(bytes, stream);
            }
        }
        return null;
    }

    // ---- input

    private void read() {
        FrameDecoder decoder = new FrameDecoder();
        byte[] bytes = new byte[FrameCodec.MAX_PAYLOAD];
        try {
            while (isAlive()) {
                int got = transport.input().read(bytes);
                if (got < 0) {
                    fail(new ChannelException(ChannelException.Kind.LOST, "end_of_stream", "the transport has ended"));
                    return;
                }
                decoder.feed(bytes, 0, got);
                for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
                    on(frame);
                }
                if (decoder.takeGarbage()) {
                    resync("garbage");
                }
            }
        } catch (IOException e) {
            fail(new ChannelException(ChannelException.Kind.LOST, "read", "cannot read from the guest", e));
        } catch (ChannelException e) {
            fail(e);
        } catch (RuntimeException e) {
            fail(new ChannelException(ChannelException.Kind.VIOLATION, "unexpected", "cannot handle a frame", e));
        }
    }

    private boolean isAlive() {
        lock.lock();
        try {
            return state != State.CLOSED;
        } finally {
            lock.unlock();
        }
    }

    private static ChannelException violation(String detail) {
        return new ChannelException(ChannelException.Kind.VIOLATION, detail, "the guest broke the protocol: " + detail);
    }

    private static JsonNode document(Frame frame) {
        try {
            return Json.parse(frame.payload());
        } catch (IllegalArgumentException e) {
            throw new ChannelException(ChannelException.Kind.VIOLATION, "json", "a frame holds no JSON", e);
        }
    }

    private void on(Frame frame) {
        lock.lock();
        try {
            if (state == State.GREETING) {
                if (frame.type() == Frame.HELLO) {
                    onHello(document(frame));
                }
                return; // whatever else comes before HELLO is from before SYNC
            }
            if (state == State.CLOSED) {
                return;
            }
            switch (frame.type()) {
                case Frame.MSG -> onMessagePart(frame);
                case Frame.OPEN -> onOpen(frame);
                case Frame.ACCEPT, Frame.DATA, Frame.CREDIT, Frame.FIN -> onStream(frame);
                case Frame.RESET -> {
                    if (frame.stream() == 0) {
                        resync(document(frame).path("code").asText("asked"));
                    } else {
                        onStream(frame);
                    }
                }
                case Frame.PING -> {
                    if (frame.payload().length > 64) {
                        throw violation("ping");
                    }
                    control(new Frame(Frame.PONG, 0, frame.payload()));
                }
                case Frame.PONG -> unansweredPings = 0;
                case Frame.HELLO -> {} // answers an older SYNC
                default -> throw violation("frame_type");
            }
        } finally {
            lock.unlock();
        }
    }

    private void onHello(JsonNode document) {
        if (!document.path("sync").asText().equals(sync)) {
            return; // answers an older SYNC
        }
        GuestHello greeted = new GuestHello(
                document.path("protocol_min").asInt(),
                document.path("protocol_max").asInt(),
                document.path("init_version").asText(),
                document.path("instance_id").asText(),
                document.path("boot_id").asText(),
                document.path("configured").asBoolean(),
                document.path("template").asBoolean(),
                document.path("uptime_ms").asLong());
        BaseSnapshot from = restoredFrom;
        boolean own =
                greeted.instanceId().equals(instanceId) && greeted.bootId().equals(bootId);
        boolean nameless = from != null
                && greeted.template()
                && greeted.instanceId().equals(from.guestId())
                && greeted.bootId().equals(from.guestBootId());
        if (!own && !nameless) {
            throw new ChannelException(
                    ChannelException.Kind.HANDSHAKE, "handshake", "HELLO names another instance or boot");
        }
        if (greeted.protocolMin() > PROTOCOL || greeted.protocolMax() < PROTOCOL) {
            throw new ChannelException(
                    ChannelException.Kind.INIT_PROTOCOL,
                    "init_protocol",
                    "init " + greeted.initVersion() + " speaks protocol " + greeted.protocolMin() + " to "
                            + greeted.protocolMax() + ", this agent " + PROTOCOL);
        }
        ObjectNode welcome = Json.object();
        welcome.put("protocol", PROTOCOL).put("epoch", epoch).put("unix_ms", System.currentTimeMillis());
        welcome.putObject("limits").put("streams", FrameCodec.STREAMS).put("credit", FrameCodec.CREDIT);
        nextStreamId = 2;
        lastGuestStreamId = 0;
        message.reset();
        unansweredPings = 0;
        hello = greeted;
        state = State.OPEN;
        control(new Frame(Frame.WELCOME, 0, Json.bytes(welcome)));
        changed.signalAll();
    }

    /** Frames were lost in at least one direction: both sides drop their streams and greet again. */
    private void resync(String why) {
        lock.lock();
        try {
            if (state != State.OPEN) {
                return;
            }
            Instant now = Instant.now();
            while (!resyncs.isEmpty() && resyncs.peek().isBefore(now.minus(RESYNC_WINDOW))) {
                resyncs.remove();
            }
            resyncs.add(now);
            if (resyncs.size() > RESYNCS) {
                throw violation("resync_flood");
            }
            log.warn("guest channel resync instance={} why={}", instanceId, why);
            dropStreams(new ChannelException(
                    ChannelException.Kind.STREAM_RESET, "resync", "the channel had to begin anew"));
            sendSync();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void onMessagePart(Frame frame) {
        if (message.size() + frame.payload().length > MESSAGE_BYTES) {
            throw violation("message_too_large");
        }
        message.writeBytes(frame.payload());
        if (frame.payload().length == FrameCodec.MAX_PAYLOAD) {
            return; // a frame of full length says that another follows
        }
        byte[] whole = message.toByteArray();
        message.reset();
        JsonNode document = document(new Frame(Frame.MSG, 0, whole));
        switch (document.path("type").asText()) {
            case "ack" -> {
                long id = document.path("id").asLong();
                if (awaitedAcks.contains(id)) {
                    acks.put(id, document);
                    changed.signalAll();
                }
            }
            case "status", "metrics" -> {
                if (told.size() >= STATUS_QUEUE) {
                    throw violation("status_flood");
                }
                told.add(document);
                changed.signalAll();
            }
            default -> throw violation("message_type");
        }
    }

    private void onStream(Frame frame) {
        HostStream stream = streams.get(frame.stream());
        if (stream == null) {
            return; // crossed with our RESET or FIN
        }
        switch (frame.type()) {
            case Frame.ACCEPT -> stream.onAccept(document(frame));
            case Frame.DATA -> {
                if (!stream.onData(frame.payload())) {
                    resetStream(stream, "flow_violation");
                    stream.fail(violation("flow_violation"));
                }
            }
            case Frame.CREDIT -> {
                if (frame.payload().length != 4) {
                    throw violation("credit");
                }
                stream.onCredit(ByteBuffer.wrap(frame.payload()).getInt());
                wakeWriter();
            }
            case Frame.FIN -> stream.onFin();
            case Frame.RESET -> {
                String code = document(frame).path("code").asText("reset");
                stream.fail(new ChannelException(
                        ChannelException.Kind.STREAM_RESET, code, "the guest closed the stream: " + code));
            }
            default -> throw new IllegalStateException("frame type " + frame.type());
        }
        if (stream.isOver()) {
            streams.remove(stream.id);
        }
    }

    /** Tells the guest that a stream is over; called with the lock. */
    void resetStream(HostStream stream, String code) {
        if (streams.remove(stream.id) != null && state == State.OPEN) {
            control(new Frame(Frame.RESET, stream.id, Json.bytes(Map.of("code", code))));
        }
    }

    private void dropStreams(ChannelException cause) {
        for (HostStream stream : streams.values()) {
            stream.fail(cause);
        }
        streams.clear();
        awaitedAcks.clear();
        acks.clear();
    }

    // ---- streams that the guest opens

    private void onOpen(Frame frame) {
        int id = frame.stream();
        if (id <= lastGuestStreamId || id % 2 == 0) {
            throw violation("stream_id");
        }
        lastGuestStreamId = id;
        HostStream stream = newStream(id);
        String kind = document(frame).path("kind").asText();
        guestStreamThreads.removeIf(thread -> !thread.isAlive());
        String name = "guest-channel-" + instanceId + "-" + kind;
        boolean taken = guestStreamThreads.stream().anyMatch(t -> t.getName().equals(name));
        if (streams.size() > FrameCodec.STREAMS) {
            resetStream(stream, "too_many_streams");
        } else if (taken && kind.equals("secrets")) {
            resetStream(stream, "busy");
        } else {
            switch (kind) {
                case "log" -> serve(name, () -> new LogReceiver(stream, events).run(this));
                case "secrets" -> serve(name, () -> giveSecrets(stream));
                default -> resetStream(stream, "unknown_kind");
            }
        }
    }

    private interface Service {
        void run() throws InterruptedException;
    }

    private void serve(String name, Service service) {
        // A log stream of before a resync may still be handed over: records stay in order, so the new one waits.
        List<Thread> earlier = guestStreamThreads.stream()
                .filter(t -> t.getName().equals(name))
                .toList();
        guestStreamThreads.add(Thread.ofVirtual().name(name).start(() -> {
            try {
                for (Thread thread : earlier) {
                    thread.join();
                }
                service.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ChannelException e) {
                log.debug("guest stream ended instance={} stream={} detail={}", instanceId, name, e.detail());
            } catch (RuntimeException e) {
                fail(new ChannelException(ChannelException.Kind.CLOSED, "agent_internal", "a handler failed", e));
            }
        }));
    }

    private HostStream newStream(int id) {
        HostStream stream = new HostStream(this, id, lock.newCondition());
        streams.put(id, stream);
        return stream;
    }

    void accept(HostStream stream, JsonNode params) {
        lock.lock();
        try {
            if (streams.containsKey(stream.id)) {
                stream.onAccept(params);
                control(new Frame(Frame.ACCEPT, stream.id, Json.bytes(params)));
            }
        } finally {
            lock.unlock();
        }
    }

    private void giveSecrets(HostStream stream) throws InterruptedException {
        byte[] file;
        try {
            file = events.secrets();
        } catch (SecretsUnavailableException e) {
            stream.reset(e.detail());
            return;
        }
        try {
            stream.sensitive = true;
            accept(stream, Json.object().put("size_bytes", file.length));
            for (int at = 0; at < file.length; at += FrameCodec.SLICE) {
                stream.send(Arrays.copyOfRange(file, at, Math.min(file.length, at + FrameCodec.SLICE)));
            }
            stream.end();
            while (stream.receive().isPresent()) {
                // the guest has nothing to say here but its end
            }
        } finally {
            Arrays.fill(file, (byte) 0);
        }
    }

    // ---- the teller and the keeper

    private void tell() {
        try {
            for (JsonNode document = nextTold(); document != null; document = nextTold()) {
                if (document.path("type").asText().equals("metrics")) {
                    events.metrics(Messages.metrics(document));
                } else {
                    events.status(Messages.status(document));
                    acknowledge(document.path("id").asLong());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ChannelException e) {
            fail(e);
        } catch (RuntimeException e) {
            fail(new ChannelException(ChannelException.Kind.CLOSED, "agent_internal", "a handler failed", e));
        }
    }

    private @Nullable JsonNode nextTold() throws InterruptedException {
        lock.lock();
        try {
            while (told.isEmpty() && state != State.CLOSED) {
                changed.await();
            }
            return told.poll();
        } finally {
            lock.unlock();
        }
    }

    private void acknowledge(long id) {
        lock.lock();
        try {
            if (state == State.OPEN) {
                sendMessage(Json.object().put("type", "ack").put("id", id).put("ok", true));
            }
        } finally {
            lock.unlock();
        }
    }

    private void keepAlive() {
        lock.lock();
        try {
            long left = pingPeriod.toNanos();
            while (state != State.CLOSED) {
                left = changed.awaitNanos(left);
                if (left > 0 || state != State.OPEN) {
                    left = left > 0 ? left : pingPeriod.toNanos();
                    continue;
                }
                if (unansweredPings >= PINGS_MISSED) {
                    fail(new ChannelException(ChannelException.Kind.LOST, "ping", "the guest answers no pings"));
                    return;
                }
                unansweredPings++;
                control(new Frame(Frame.PING, 0, new byte[8]));
                left = pingPeriod.toNanos();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    // ---- the end

    private void fail(ChannelException cause) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSED;
            failure = cause;
            dropStreams(cause);
            control.clear();
            writable.signalAll();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            transport.close();
        } catch (IOException e) {
            log.debug("guest channel close failed instance={}", instanceId, e);
        }
    }

    /** After everything that was received has been handed over. */
    private void tellLost(Thread reader, Thread teller) {
        try {
            reader.join();
            teller.join(DRAIN);
            for (Thread thread : snapshotOfGuestStreams()) {
                thread.join(DRAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ChannelException cause = failure;
        if (cause == null) {
            throw new IllegalStateException("the reader ended without a cause");
        }
        if (!handedOver) {
            return; // whoever opens it gets the exception
        }
        try {
            events.lost(cause);
        } catch (RuntimeException e) {
            log.error("guest channel handler failed instance={} event=lost", instanceId, e);
        }
    }

    private List<Thread> snapshotOfGuestStreams() {
        lock.lock();
        try {
            return List.copyOf(guestStreamThreads);
        } finally {
            lock.unlock();
        }
    }

    // ---- what the owner asks for

    @Override
    public GuestHello hello() {
        lock.lock();
        try {
            GuestHello newest = hello;
            if (newest == null) {
                throw new IllegalStateException("not greeted yet");
            }
            return newest;
        } finally {
            lock.unlock();
        }
    }

    /** Waits out a resync; called with the lock. */
    private long awaitOpen(long leftNanos) throws InterruptedException {
        long left = leftNanos;
        while (state == State.GREETING) {
            if (left <= 0) {
                throw new ChannelException(ChannelException.Kind.LOST, "resync", "the guest does not greet again");
            }
            left = changed.awaitNanos(left);
        }
        if (failure != null) {
            throw failure;
        }
        return left;
    }

    private void sendMessage(ObjectNode document) {
        byte[] bytes = Json.bytes(document);
        if (bytes.length > MESSAGE_BYTES) {
            throw new IllegalArgumentException("message of " + bytes.length + " bytes");
        }
        int at = 0;
        int part;
        do {
            part = Math.min(FrameCodec.MAX_PAYLOAD, bytes.length - at);
            control(new Frame(Frame.MSG, 0, Arrays.copyOfRange(bytes, at, at + part)));
            at += part;
        } while (part == FrameCodec.MAX_PAYLOAD);
    }

    private JsonNode ask(ObjectNode document, Duration timeout) throws InterruptedException {
        lock.lock();
        try {
            long left = awaitOpen(timeout.toNanos());
            long id = nextMessageId++;
            awaitedAcks.add(id);
            sendMessage(document.put("id", id));
            while (!acks.containsKey(id)) {
                if (failure != null) {
                    throw failure;
                }
                if (left <= 0 || !awaitedAcks.contains(id)) {
                    awaitedAcks.remove(id);
                    throw new ChannelException(
                            ChannelException.Kind.LOST,
                            "no_answer",
                            "no answer to " + document.path("type").asText());
                }
                left = changed.awaitNanos(left);
            }
            awaitedAcks.remove(id);
            JsonNode answer = acks.remove(id);
            return answer == null ? Json.object() : answer;
        } finally {
            lock.unlock();
        }
    }

    /** Sends without waiting for an answer. */
    private void say(ObjectNode document) {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
            if (state != State.OPEN) {
                throw new ChannelException(ChannelException.Kind.LOST, "resync", "the channel is greeting again");
            }
            sendMessage(document.put("id", nextMessageId++));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void configure(GuestConfig config, Duration timeout) throws InterruptedException {
        ObjectNode document = Json.object().put("type", "config");
        document.set("config", Json.toTree(config));
        JsonNode answer = ask(document, timeout);
        if (!answer.path("ok").asBoolean()) {
            throw new ChannelException(
                    ChannelException.Kind.CONFIG_INVALID,
                    "config_invalid",
                    "init refused the config: "
                            + Messages.printable(answer.path("message").asText()));
        }
    }

    @Override
    public void stop(Duration grace) {
        say(Json.object().put("type", "stop").put("grace_ms", grace.toMillis()));
    }

    @Override
    public void signal(String signal) {
        say(Json.object().put("type", "signal").put("signal", signal));
    }

    @Override
    public void clock(Instant now) {
        say(Json.object().put("type", "clock").put("unix_ms", now.toEpochMilli()));
    }

    @Override
    public void reseed(byte[] entropy) {
        say(Json.object().put("type", "reseed").put("entropy", HexFormat.of().formatHex(entropy)));
    }

    private HostStream openStream(ObjectNode params, Duration timeout) throws InterruptedException {
        long until = System.nanoTime() + timeout.toNanos();
        HostStream stream;
        lock.lock();
        try {
            awaitOpen(timeout.toNanos());
            if (streams.size() >= FrameCodec.STREAMS) {
                throw new ChannelException(
                        ChannelException.Kind.STREAM_RESET, "busy", "too many streams to this guest");
            }
            stream = newStream(nextStreamId);
            nextStreamId += 2;
            control(new Frame(Frame.OPEN, stream.id, Json.bytes(params)));
        } finally {
            lock.unlock();
        }
        stream.awaitAccepted(until - System.nanoTime());
        return stream;
    }

    @Override
    public ExecSession openExec(ExecRequest request, Duration timeout) throws InterruptedException {
        ObjectNode params = Json.object().put("kind", "exec");
        params.setAll((ObjectNode) Json.toTree(request));
        if (Json.bytes(params).length > FrameCodec.MAX_PAYLOAD) {
            throw new ChannelException(ChannelException.Kind.STREAM_RESET, "exec_invalid", "the request is too large");
        }
        return new HostExec(openStream(params, timeout));
    }

    @Override
    public ByteChannelPair openForward(int port, Duration timeout) throws InterruptedException {
        return new HostForward(openStream(Json.object().put("kind", "forward").put("port", port), timeout));
    }

    @Override
    public byte[] initLog(Duration timeout) throws InterruptedException {
        HostStream stream = openStream(Json.object().put("kind", "file").put("name", "init.log"), timeout);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try {
            stream.end();
            for (var part = stream.receive();
                    part.isPresent() && content.size() < MESSAGE_BYTES;
                    part = stream.receive()) {
                content.writeBytes(part.get());
                stream.grant(part.get().length);
            }
        } finally {
            stream.reset("done");
        }
        return content.toByteArray();
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return state == State.OPEN;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        fail(new ChannelException(ChannelException.Kind.CLOSED, "closed", "closed by its owner"));
        // What was received is stored before this returns: the owner may take the store away.
        try {
            for (Thread thread : snapshotOfGuestStreams()) {
                if (thread.getName().endsWith("-log") && !thread.equals(Thread.currentThread())) {
                    thread.join(DRAIN);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
