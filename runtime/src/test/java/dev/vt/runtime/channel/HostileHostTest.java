package dev.vt.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Json;
import dev.vt.runtime.UnixChannel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RT22 to RT25 from the guest's side: the real init against damaged bytes and a host that breaks the rules. */
final class HostileHostTest {
    private InitProcess init;
    private UnixChannel transport;
    private FrameDecoder decoder;
    private byte nonce;

    @BeforeEach
    void connect() throws Exception {
        init = InitProcess.start();
        transport = init.connect();
        decoder = new FrameDecoder();
    }

    @AfterEach
    void end() throws IOException {
        transport.close();
        init.close();
    }

    private void send(int type, int stream, byte[] payload) throws IOException {
        transport.output().write(FrameCodec.encode(new Frame(type, stream, payload)));
    }

    private void send(int type, int stream, Map<String, Object> document) throws IOException {
        send(type, stream, Json.bytes(document));
    }

    private Frame receive(int type) throws IOException {
        byte[] bytes = new byte[65536];
        while (true) {
            for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
                if (frame.type() == type) {
                    return frame;
                }
            }
            int got = transport.input().read(bytes);
            if (got < 0) {
                throw new EOFException();
            }
            decoder.feed(bytes, 0, got);
        }
    }

    private void sync() throws IOException {
        byte[] sync = {1, 2, 3, 4, 5, 6, 7, ++nonce};
        transport.output().write(new byte[FrameCodec.PADDING]);
        send(Frame.SYNC, 0, sync);
        String wanted = HexFormat.of().formatHex(sync);
        Frame hello = receive(Frame.HELLO);
        while (!Json.parse(hello.payload()).path("sync").asText().equals(wanted)) {
            hello = receive(Frame.HELLO);
        }
    }

    private void greet() throws IOException {
        sync();
        send(Frame.WELCOME, 0, Map.of("protocol", 1));
    }

    private static String code(Frame reset) {
        return Json.parse(reset.payload()).path("code").asText();
    }

    @Test
    void aCutAtEveryOffsetHealsWithOneSyncRT24() throws Exception {
        byte[] bytes = FrameCodec.encode(new Frame(Frame.MSG, 0, Json.bytes(Map.of("type", "stop", "id", 1))));
        for (int cut = 1; cut < bytes.length; cut++) {
            greet();
            transport.output().write(bytes, 0, cut);
            sync();
        }
        assertThat(init.pid()).isPositive();
    }

    @Test
    void aFlipAtEveryOffsetHealsWithOneSyncRT24() throws Exception {
        byte[] bytes = FrameCodec.encode(new Frame(Frame.MSG, 0, Json.bytes(Map.of("type", "stop", "id", 1))));
        for (int at = 0; at < bytes.length; at++) {
            greet();
            byte[] flipped = bytes.clone();
            flipped[at] ^= 0x04;
            transport.output().write(flipped);
            sync();
        }
        assertThat(init.pid()).isPositive();
    }

    @Test
    void garbageMakesInitAskForASync() throws Exception {
        greet();
        transport.output().write(new byte[] {1, 2, 3});
        Frame reset = receive(Frame.RESET);
        assertThat(reset.stream()).isZero();
        assertThat(code(reset)).isEqualTo("garbage");
        greet();
        send(Frame.PING, 0, new byte[] {7});
        assertThat(receive(Frame.PONG).payload()).containsExactly(7);
    }

    @Test
    void anOversizeFrameIsGarbage() throws Exception {
        greet();
        byte[] bytes = FrameCodec.encode(new Frame(Frame.MSG, 0, new byte[10]));
        bytes[9] = 2;
        transport.output().write(bytes);
        assertThat(code(receive(Frame.RESET))).isEqualTo("garbage");
    }

    @Test
    void aSecondFrameVersionIsGarbage() throws Exception {
        greet();
        byte[] bytes = FrameCodec.encode(new Frame(Frame.PING, 0, new byte[0]));
        bytes[2] = 2;
        transport.output().write(bytes);
        assertThat(code(receive(Frame.RESET))).isEqualTo("garbage");
    }

    @Test
    void brokenMessagesAreViolations() throws Exception {
        for (String text : new String[] {"", "[]", "{", "{\"a\":1,\"a\":2}", "\u0000", "[".repeat(17)}) {
            greet();
            send(Frame.MSG, 0, text.getBytes(StandardCharsets.UTF_8));
            assertThat(code(receive(Frame.RESET))).isEqualTo("message_invalid");
        }
    }

    @Test
    void aMessageWithoutEndIsBounded() throws Exception {
        greet();
        byte[] part = new byte[FrameCodec.MAX_PAYLOAD];
        Arrays.fill(part, (byte) ' ');
        for (int i = 0; i < 17; i++) {
            send(Frame.MSG, 0, part);
        }
        assertThat(code(receive(Frame.RESET))).isEqualTo("message_too_large");
    }

    @Test
    void streamIdsRiseAndAreEven() throws Exception {
        greet();
        send(Frame.OPEN, 3, Map.of("kind", "file", "name", "init.log"));
        assertThat(code(receive(Frame.RESET))).isEqualTo("stream_id");
        greet();
        send(Frame.OPEN, 4, Map.of("kind", "file", "name", "init.log"));
        assertThat(receive(Frame.ACCEPT).stream()).isEqualTo(4);
        send(Frame.OPEN, 2, Map.of("kind", "file", "name", "init.log"));
        assertThat(code(receive(Frame.RESET))).isEqualTo("stream_id");
    }

    @Test
    void onlyInitsOwnLogIsServedAsAFile() throws Exception {
        greet();
        send(Frame.OPEN, 2, Map.of("kind", "file", "name", "../../etc/passwd"));
        assertThat(code(receive(Frame.RESET))).isEqualTo("unknown_kind");
    }

    @Test
    void aCreditOverrunResetsTheStreamRT23() throws Exception {
        greet();
        GuestConfig config = Configs.shell("sleep 60");
        send(Frame.MSG, 0, Map.of("type", "config", "id", 1, "config", Json.toTree(config)));
        Frame status = receive(Frame.MSG);
        while (!Json.parse(status.payload()).path("state").asText().equals("started")) {
            status = receive(Frame.MSG);
        }
        send(
                Frame.OPEN,
                2,
                Map.of("kind", "exec", "argv", new String[] {"sleep", "60"}, "env", Map.of(), "stdin", true));
        assertThat(receive(Frame.ACCEPT).stream()).isEqualTo(2);
        byte[] packet = new byte[65536];
        packet[0] = 1;
        // sleep never reads: its pipe takes the first 64 KiB and gives their credit back, the rest waits in init.
        for (int i = 0; i < 4; i++) {
            send(Frame.DATA, 2, packet);
        }
        Frame reset = receive(Frame.RESET);
        assertThat(reset.stream()).isEqualTo(2);
        assertThat(code(reset)).isEqualTo("flow_violation");
        send(Frame.PING, 0, new byte[] {1});
        assertThat(receive(Frame.PONG).payload()).containsExactly(1);
    }

    @Test
    void theSixtyFifthStreamIsRefusedRT23() throws Exception {
        greet();
        // An offer stays open while it is not answered; a forward to a port that drops packets would do, but needs a
        // network,
        // so files are opened and not read to their end.
        int refused = 0;
        for (int i = 1; i <= 80; i++) {
            send(Frame.OPEN, 2 * i, Map.of("kind", "file", "name", "init.log"));
        }
        send(Frame.PING, 0, new byte[] {9});
        byte[] bytes = new byte[65536];
        boolean ponged = false;
        while (!ponged) {
            for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
                refused += frame.type() == Frame.RESET && code(frame).equals("too_many_streams") ? 1 : 0;
                ponged |= frame.type() == Frame.PONG;
            }
            if (!ponged) {
                decoder.feed(bytes, 0, transport.input().read(bytes));
            }
        }
        assertThat(refused).isPositive();
    }
}
