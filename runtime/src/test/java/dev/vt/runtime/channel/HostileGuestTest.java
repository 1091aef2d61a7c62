package dev.vt.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.kernel.Json;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RT22 to RT25 from the host's side: what a guest can do is close its channel, and nothing more. */
final class HostileGuestTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private ScriptedGuest guest;
    private RecordingEvents events;

    @BeforeEach
    void makeGuest() throws IOException {
        guest = new ScriptedGuest();
        events = new RecordingEvents();
    }

    @AfterEach
    void closeGuest() throws IOException {
        guest.close();
    }

    private CompletableFuture<GuestChannel> opening() {
        return opening(HostChannel.PING_PERIOD);
    }

    private CompletableFuture<GuestChannel> opening(Duration pingPeriod) {
        CompletableFuture<GuestChannel> opened = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                opened.complete(HostChannel.open(
                        guest.hostSide(), InitProcess.INSTANCE, InitProcess.BOOT, 1, TIMEOUT, events, pingPeriod));
            } catch (ChannelException | InterruptedException e) {
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    private GuestChannel open() throws Exception {
        CompletableFuture<GuestChannel> opened = opening();
        guest.greet();
        return opened.get(10, TimeUnit.SECONDS);
    }

    private void assertClosedAs(ChannelException.Kind kind) throws InterruptedException {
        assertThat(events.awaitLost().kind()).isEqualTo(kind);
    }

    // ---- handshake

    @Test
    void noCommonProtocolNamesBothVersionsRT22() throws Exception {
        CompletableFuture<GuestChannel> opened = opening();
        Frame sync = guest.receive(Frame.SYNC);
        guest.send(
                Frame.HELLO,
                0,
                ScriptedGuest.helloDocument(sync).put("protocol_min", 7).put("protocol_max", 9));
        assertThatThrownBy(() -> opened.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(ChannelException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ChannelException.Kind.INIT_PROTOCOL);
                    assertThat(e).hasMessageContaining("7 to 9").hasMessageContaining("this agent 1");
                });
    }

    @Test
    void aHelloForAnotherSyncIsIgnored() throws Exception {
        CompletableFuture<GuestChannel> opened = opening();
        Frame sync = guest.receive(Frame.SYNC);
        guest.send(Frame.HELLO, 0, ScriptedGuest.helloDocument(sync).put("sync", "0000000000000000"));
        guest.send(Frame.HELLO, 0, ScriptedGuest.helloDocument(sync));
        try (GuestChannel channel = opened.get(10, TimeUnit.SECONDS)) {
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void whatComesBeforeHelloIsIgnored() throws Exception {
        CompletableFuture<GuestChannel> opened = opening();
        Frame sync = guest.receive(Frame.SYNC);
        guest.send(Frame.MSG, 0, ScriptedGuest.status("started"));
        guest.send(0x77, 5, new byte[3]);
        guest.send(Frame.HELLO, 0, ScriptedGuest.helloDocument(sync));
        try (GuestChannel channel = opened.get(10, TimeUnit.SECONDS)) {
            assertThat(channel.isOpen()).isTrue();
            assertThat(events.statuses()).isEmpty();
        }
    }

    @Test
    void aGuestThatSaysNothingIsGivenUpAtTheDeadline() {
        assertThatThrownBy(() -> GuestChannel.open(
                        guest.hostSide(), InitProcess.INSTANCE, InitProcess.BOOT, 1, Duration.ofMillis(100), events))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.HANDSHAKE));
    }

    // ---- resync

    @Test
    void aCutAnywhereHealsWithOneSyncRT24() throws Exception {
        byte[] bytes = FrameCodec.encode(new Frame(Frame.MSG, 0, Json.bytes(ScriptedGuest.status("started"))));
        for (int cut = 1; cut < bytes.length; cut += 3) {
            try (ScriptedGuest one = new ScriptedGuest()) {
                healsAfter(one, Arrays.copyOf(bytes, cut));
            }
        }
    }

    @Test
    void aFlipAnywhereHealsWithOneSyncRT24() throws Exception {
        byte[] bytes = FrameCodec.encode(new Frame(Frame.MSG, 0, Json.bytes(ScriptedGuest.status("started"))));
        for (int at = 0; at < bytes.length; at += 3) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= 0x10;
            try (ScriptedGuest one = new ScriptedGuest()) {
                healsAfter(one, flipped);
            }
        }
    }

    /** The guest sends damaged bytes, then asks for a new beginning as init does when it sees garbage. */
    private void healsAfter(ScriptedGuest one, byte[] damaged) throws Exception {
        guest.close();
        guest = one;
        events = new RecordingEvents();
        try (GuestChannel channel = open()) {
            guest.write(damaged);
            guest.write(new byte[FrameCodec.PADDING]);
            guest.send(Frame.RESET, 0, Json.object().put("code", "garbage"));
            guest.greet();
            guest.send(Frame.MSG, 0, ScriptedGuest.status("config_applied"));
            events.await(GuestStatus.ConfigApplied.class);
            assertThat(channel.isOpen()).isTrue();
            assertThat(events.statuses()).doesNotHaveAnyElementsOfTypes(GuestStatus.Started.class);
        }
    }

    @Test
    void aResyncEndsStreamsAndPendingQuestions() throws Exception {
        try (GuestChannel channel = open()) {
            ExecSession session = openExec(channel);
            guest.write(new byte[] {1, 2, 3});
            assertThatThrownBy(session::receive)
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.detail()).isEqualTo("resync"));
            guest.greet();
            openExec(channel);
        }
    }

    @Test
    void endlessGarbageClosesTheChannel() throws Exception {
        try (GuestChannel channel = open()) {
            for (int i = 0; i < 5; i++) {
                guest.write(new byte[] {1});
                guest.greet();
            }
            guest.write(new byte[] {1});
            assertClosedAs(ChannelException.Kind.VIOLATION);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    // ---- streams

    private ExecSession openExec(GuestChannel channel) throws Exception {
        CompletableFuture<ExecSession> opening = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                opening.complete(
                        channel.openExec(new ExecRequest(List.of("sh"), false, 0, 0, Map.of(), true), TIMEOUT));
            } catch (ChannelException | InterruptedException e) {
                opening.completeExceptionally(e);
            }
        });
        Frame open = guest.receive(Frame.OPEN);
        assertThat(open.stream() % 2).isZero();
        guest.send(Frame.ACCEPT, open.stream(), Json.object());
        return opening.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aCreditOverrunResetsTheStreamOnlyRT23() throws Exception {
        try (GuestChannel channel = open()) {
            ExecSession session = openExec(channel);
            byte[] packet = new byte[16384];
            packet[0] = 2;
            for (int i = 0; i < 4; i++) {
                guest.send(Frame.DATA, 2, packet);
            }
            guest.send(Frame.DATA, 2, new byte[] {2});
            Frame reset = guest.receive(Frame.RESET);
            assertThat(reset.stream()).isEqualTo(2);
            assertThat(Json.parse(reset.payload()).path("code").asText()).isEqualTo("flow_violation");
            assertThat(channel.isOpen()).isTrue();
            for (int i = 0; i < 4; i++) {
                assertThat(session.receive()).isPresent();
            }
            assertThatThrownBy(session::receive).isInstanceOf(ChannelException.class);
        }
    }

    @Test
    void theHostKeepsToTheGuestsCreditRT23() throws Exception {
        try (GuestChannel channel = open()) {
            ExecSession session = openExec(channel);
            byte[] frame = new byte[65536];
            frame[0] = 1;
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    session.send(frame);
                    session.send(frame);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            int received = 0;
            while (received + 16384 <= FrameCodec.CREDIT) {
                received += guest.receive(Frame.DATA).payload().length;
            }
            // Everything is used up: only a PONG comes now.
            guest.send(Frame.PING, 0, new byte[] {5});
            Frame next = guest.receive();
            assertThat(next.type()).isEqualTo(Frame.PONG);
            guest.send(Frame.CREDIT, 2, new byte[] {0, 1, 0, 0});
            guest.send(Frame.CREDIT, 2, new byte[] {0, 1, 0, 0});
            while (received < 2 * 65535) {
                received += guest.receive(Frame.DATA).payload().length - 1;
                guest.send(Frame.CREDIT, 2, new byte[] {0, 0, 0x40, 0});
            }
            sender.join();
        }
    }

    @Test
    void twoSendersTakeTurns() throws Exception {
        try (GuestChannel channel = open()) {
            ExecSession one = openExec(channel);
            ExecSession two = openExec(channel);
            byte[] frame = new byte[60_000];
            frame[0] = 1;
            for (ExecSession session : List.of(one, two)) {
                Thread.ofVirtual().start(() -> {
                    try {
                        session.send(frame);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            int first = guest.receive(Frame.DATA).payload().length;
            assertThat(first).isLessThanOrEqualTo(FrameCodec.SLICE);
            int[] bytes = new int[6];
            for (int i = 0; i < 6; i++) {
                Frame slice = guest.receive(Frame.DATA);
                bytes[slice.stream()] += slice.payload().length;
            }
            assertThat(Math.abs(bytes[2] - bytes[4])).isLessThanOrEqualTo(2 * FrameCodec.SLICE);
        }
    }

    @Test
    void unknownKindsOfStreamAreRefused() throws Exception {
        try (GuestChannel channel = open()) {
            guest.send(Frame.OPEN, 1, Json.object().put("kind", "shell"));
            assertThat(guest.receive(Frame.RESET).stream()).isEqualTo(1);
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void aStreamIdTwiceClosesTheChannel() throws Exception {
        try (GuestChannel channel = open()) {
            guest.send(Frame.OPEN, 1, Json.object().put("kind", "log"));
            guest.send(Frame.OPEN, 1, Json.object().put("kind", "log"));
            assertClosedAs(ChannelException.Kind.VIOLATION);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void logRecordsThatGoBackAreRefused() throws Exception {
        try (GuestChannel channel = open()) {
            guest.send(Frame.OPEN, 1, Json.object().put("kind", "log"));
            guest.receive(Frame.ACCEPT);
            byte[] record = {0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 'a'};
            guest.send(Frame.DATA, 1, record);
            guest.send(Frame.DATA, 1, record);
            Frame reset = guest.receive(Frame.RESET);
            assertThat(Json.parse(reset.payload()).path("code").asText()).isEqualTo("record_invalid");
            assertThat(events.lines(LogRecord.Stream.STDOUT)).containsExactly("a");
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void logRecordsMayBeCutAnywhere() throws Exception {
        try (GuestChannel channel = open()) {
            guest.send(Frame.OPEN, 1, Json.object().put("kind", "log"));
            guest.receive(Frame.ACCEPT);
            byte[] records = {0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 2, 2, 1, 0, 2, 'b', 'c'};
            for (byte b : records) {
                guest.send(Frame.DATA, 1, new byte[] {b});
            }
            events.awaitLine("bc");
            assertThat(events.lines(LogRecord.Stream.STDOUT)).containsExactly("a");
            assertThat(events.records().get(1).truncated()).isTrue();
            assertThat(channel.isOpen()).isTrue();
        }
    }

    // ---- messages

    @Test
    void aStatusFloodClosesTheChannel() throws Exception {
        CompletableFuture<Void> release = new CompletableFuture<>();
        events = new RecordingEvents() {
            @Override
            public synchronized void status(GuestStatus status) {
                release.join();
            }
        };
        try (GuestChannel channel = open()) {
            byte[] frame =
                    FrameCodec.encode(new Frame(Frame.MSG, 0, Json.bytes(ScriptedGuest.status("config_applied"))));
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            guest.write(frame);
                        }
                        guest.receive(Frame.OPEN);
                    })
                    .isInstanceOf(IOException.class);
            release.complete(null);
            assertClosedAs(ChannelException.Kind.VIOLATION);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void aMessageWithoutEndIsBounded() throws Exception {
        try (GuestChannel channel = open()) {
            byte[] full = FrameCodec.encode(new Frame(Frame.MSG, 0, new byte[65536]));
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            guest.write(full);
                        }
                        guest.receive(Frame.OPEN);
                    })
                    .isInstanceOf(IOException.class);
            assertClosedAs(ChannelException.Kind.VIOLATION);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void codesAndTextsOfAStatusAreCleaned() throws Exception {
        try (GuestChannel channel = open()) {
            guest.send(
                    Frame.MSG,
                    0,
                    ScriptedGuest.status("failed")
                            .put("reason", "DROP TABLE")
                            .put("detail", "ok_1")
                            .put("message", "a\u001b[2Jb" + "x".repeat(1000)));
            GuestStatus.Failed failed = events.await(GuestStatus.Failed.class);
            assertThat(failed.reason()).isEqualTo("invalid");
            assertThat(failed.detail()).isEqualTo("ok_1");
            assertThat(failed.message()).startsWith("a?[2Jb").hasSize(512);
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void threeMissedPingsLoseTheChannelRT24() throws Exception {
        CompletableFuture<GuestChannel> opened = opening(Duration.ofMillis(50));
        guest.greet();
        GuestChannel channel = opened.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 3; i++) {
            guest.receive(Frame.PING);
        }
        assertClosedAs(ChannelException.Kind.LOST);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void randomFramesOnlyEverCloseTheChannelRT25() throws Exception {
        int[] types = {
            Frame.SYNC,
            Frame.HELLO,
            Frame.WELCOME,
            Frame.OPEN,
            Frame.ACCEPT,
            Frame.DATA,
            Frame.CREDIT,
            Frame.FIN,
            Frame.RESET,
            Frame.MSG,
            Frame.PING,
            Frame.PONG,
            0x7f
        };
        byte[][] payloads = {
            {},
            {0, 0, 0, 4},
            "{}".getBytes(StandardCharsets.UTF_8),
            "{\"kind\":\"log\"}".getBytes(StandardCharsets.UTF_8),
            "{\"kind\":\"secrets\"}".getBytes(StandardCharsets.UTF_8),
            "[[[[".getBytes(StandardCharsets.UTF_8),
            "{\"type\":\"status\",\"state\":\"exited\",\"code\":-7}".getBytes(StandardCharsets.UTF_8),
            new byte[5000],
            "{\"type\":\"metrics\",\"uptime_ms\":1e99}".getBytes(StandardCharsets.UTF_8),
            "{\"code\":5}".getBytes(StandardCharsets.UTF_8)
        };
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            try (ScriptedGuest one = new ScriptedGuest()) {
                guest.close();
                guest = one;
                events = new RecordingEvents();
                GuestChannel channel = open();
                try {
                    for (int i = 0; i < 200; i++) {
                        guest.send(
                                types[random.nextInt(types.length)],
                                random.nextInt(6),
                                payloads[random.nextInt(payloads.length)]);
                    }
                } catch (IOException e) {
                    assertThat(e).isNotInstanceOf(EOFException.class);
                }
                channel.close();
                assertThat(events.awaitLost().kind())
                        .isIn(
                                ChannelException.Kind.VIOLATION,
                                ChannelException.Kind.CLOSED,
                                ChannelException.Kind.LOST);
            }
        }
    }
}
