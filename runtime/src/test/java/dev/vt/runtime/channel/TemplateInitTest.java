package dev.vt.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import dev.vt.runtime.ByteChannelPair;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real init as a template, and as what was restored from one (RT36). */
final class TemplateInitTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final RestoredIdentity IDENTITY =
            new RestoredIdentity(InitProcess.INSTANCE, InitProcess.BOOT, Optional.of("02:00:00:00:00:01"));

    private InitProcess init;
    private RecordingEvents events;

    @BeforeEach
    void start() throws Exception {
        init = InitProcess.startTemplate();
        events = new RecordingEvents();
    }

    @AfterEach
    void end() {
        init.close();
    }

    @Test
    void saysThatItIsATemplateAndTakesNoConfig() throws Exception {
        try (GuestChannel channel = openTemplate()) {
            assertThat(channel.hello().template()).isTrue();
            assertThatThrownBy(() -> channel.configure(Configs.shell("exit 0"), TIMEOUT))
                    .isInstanceOfSatisfying(
                            ChannelException.class,
                            e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.CONFIG_INVALID));
        }
    }

    @Test
    void takesAnIdentityAndThenAConfigAndRunsUnderItsNewName() throws Exception {
        openTemplate().close();
        try (GuestChannel channel =
                GuestChannel.openRestored(init.connect(), InitProcess.TEMPLATE, IDENTITY, 1, TIMEOUT, events)) {
            channel.configure(Configs.shell("exit 3"), TIMEOUT);
            assertThat(events.await(GuestStatus.Exited.class).code()).isEqualTo(3);
            assertThat(events.await(GuestStatus.Started.class).marks())
                    .containsKeys("identity", "config", "started")
                    .doesNotContainKey("channel");
        }
    }

    @Test
    void afterItsIdentityItAnswersToNoOtherName() throws Exception {
        GuestChannel.openRestored(init.connect(), InitProcess.TEMPLATE, IDENTITY, 1, TIMEOUT, events)
                .close();
        try (GuestChannel again = init.open(events)) {
            assertThat(again.hello().template()).isFalse();
        }
        assertThatThrownBy(this::openTemplate).isInstanceOf(ChannelException.class);
        RestoredIdentity other = new RestoredIdentity("inst_other", "boot_other", Optional.empty());
        assertThatThrownBy(() ->
                        GuestChannel.openRestored(init.connect(), InitProcess.TEMPLATE, other, 1, TIMEOUT, events))
                .isInstanceOf(ChannelException.class);
    }

    /** Two clones never share random numbers: no identity is taken before entropy, nor half an identity, nor half of the entropy. */
    @Test
    void refusesAnIdentityBeforeEntropy() throws Exception {
        try (ByteChannelPair transport = init.connect()) {
            Raw host = new Raw(transport);
            host.greet();
            Map<String, Object> identity =
                    Map.of("type", "identity", "id", 1, "instance_id", "inst_a", "boot_id", "boot_a");
            assertThat(host.ask(identity).path("detail").asText()).isEqualTo("not_reseeded");
            assertThat(host.ask(Map.of("type", "reseed", "id", 2, "entropy", "ab".repeat(31)))
                            .path("ok")
                            .asBoolean())
                    .isFalse();
            assertThat(host.ask(identity).path("detail").asText()).isEqualTo("not_reseeded");
            assertThat(host.ask(Map.of("type", "reseed", "id", 3, "entropy", "ab".repeat(32)))
                            .path("ok")
                            .asBoolean())
                    .isTrue();
            assertThat(host.ask(Map.of("type", "identity", "id", 4, "instance_id", "inst_a"))
                            .path("detail")
                            .asText())
                    .isEqualTo("message_invalid");
            assertThat(host.ask(Map.of(
                                    "type",
                                    "identity",
                                    "id",
                                    5,
                                    "instance_id",
                                    "inst_a",
                                    "boot_id",
                                    "boot_a",
                                    "mac",
                                    "02:00"))
                            .path("detail")
                            .asText())
                    .isEqualTo("message_invalid");
            assertThat(host.ask(identity).path("ok").asBoolean()).isTrue();
            assertThat(host.ask(identity).path("ok").asBoolean())
                    .as("said again")
                    .isTrue();
            assertThat(host.ask(Map.of("type", "identity", "id", 6, "instance_id", "inst_b", "boot_id", "boot_b"))
                            .path("detail")
                            .asText())
                    .isEqualTo("identity_fixed");
        }
    }

    private GuestChannel openTemplate() throws IOException, InterruptedException {
        return GuestChannel.open(
                init.connect(), InitProcess.TEMPLATE.guestId(), InitProcess.TEMPLATE.guestBootId(), 1, TIMEOUT, events);
    }

    /** A host that says things in an order that {@link GuestChannel} never does. */
    private static final class Raw {
        private static final byte[] SYNC = {1, 2, 3, 4, 5, 6, 7, 8};
        private final ByteChannelPair transport;
        private final FrameDecoder decoder = new FrameDecoder();

        Raw(ByteChannelPair transport) {
            this.transport = transport;
        }

        void greet() throws IOException {
            transport.output().write(new byte[FrameCodec.PADDING]);
            send(Frame.SYNC, SYNC);
            assertThat(receive(Frame.HELLO).path("sync").asText())
                    .isEqualTo(HexFormat.of().formatHex(SYNC));
            send(Frame.WELCOME, Json.bytes(Map.of("protocol", 1)));
        }

        JsonNode ask(Map<String, Object> message) throws IOException {
            send(Frame.MSG, Json.bytes(message));
            return receive(Frame.MSG);
        }

        private void send(int type, byte[] payload) throws IOException {
            transport.output().write(FrameCodec.encode(new Frame(type, 0, payload)));
        }

        private JsonNode receive(int type) throws IOException {
            byte[] bytes = new byte[65536];
            while (true) {
                for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
                    if (frame.type() == type) {
                        return Json.parse(frame.payload());
                    }
                }
                int got = transport.input().read(bytes);
                if (got < 0) {
                    throw new EOFException();
                }
                decoder.feed(bytes, 0, got);
            }
        }
    }
}
