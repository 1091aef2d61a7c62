package dev.vt.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** RT24: whatever happens to the bytes, a padded frame behind them is found. */
final class FrameDecoderTest {
    private static final Frame FIRST = new Frame(Frame.MSG, 0, "{\"type\":\"x\"}".getBytes(StandardCharsets.UTF_8));
    private static final Frame SECOND = new Frame(Frame.DATA, 2, new byte[] {1, 2, 3, 0x56, 0x54, 1});
    private static final Frame MARKER = new Frame(Frame.SYNC, 0, new byte[] {9, 8, 7, 6, 5, 4, 3, 2});

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static List<Frame> decode(byte[] bytes, int chunk) {
        FrameDecoder decoder = new FrameDecoder();
        List<Frame> frames = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += chunk) {
            decoder.feed(bytes, at, Math.min(chunk, bytes.length - at));
            for (Frame f = decoder.next(); f != null; f = decoder.next()) {
                frames.add(f);
            }
        }
        return frames;
    }

    private static void assertFound(List<Frame> frames) {
        assertThat(frames).isNotEmpty();
        assertThat(frames.getLast().type()).isEqualTo(Frame.SYNC);
        assertThat(frames.getLast().payload()).isEqualTo(MARKER.payload());
    }

    private static byte[] padded(Frame frame) {
        return concat(new byte[FrameCodec.PADDING], FrameCodec.encode(frame));
    }

    /** The bytes of a frame are part of the contract with every init in the field. */
    @Test
    void theBytesOfAFrameAreFixed() {
        assertThat(HexFormat.of().formatHex(FrameCodec.encode(new Frame(Frame.PING, 0, new byte[] {1, 2}))))
                .isEqualTo("565401200000000000000002" + "6f5649d0" + "0102");
    }

    @Test
    void framesSurviveEveryChunking() {
        byte[] bytes = concat(FrameCodec.encode(FIRST), FrameCodec.encode(SECOND));
        for (int chunk = 1; chunk <= bytes.length; chunk++) {
            List<Frame> frames = decode(bytes, chunk);
            assertThat(frames).extracting(Frame::type).containsExactly(Frame.MSG, Frame.DATA);
            assertThat(frames.get(1).payload()).isEqualTo(SECOND.payload());
        }
    }

    @Test
    void aCutAtAnyOffsetHeals() {
        byte[] bytes = concat(FrameCodec.encode(FIRST), FrameCodec.encode(SECOND));
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertFound(decode(concat(Arrays.copyOf(bytes, cut), padded(MARKER)), 4096));
        }
    }

    @Test
    void aFlipOfAnyBitHeals() {
        byte[] bytes = concat(FrameCodec.encode(FIRST), FrameCodec.encode(SECOND));
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            List<Frame> frames = decode(concat(flipped, padded(MARKER)), 65536);
            assertFound(frames);
            assertThat(frames).hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void aRepeatOfAnyTailHeals() {
        byte[] bytes = concat(FrameCodec.encode(FIRST), FrameCodec.encode(SECOND));
        for (int from = 0; from < bytes.length; from++) {
            assertFound(decode(concat(bytes, Arrays.copyOfRange(bytes, from, bytes.length), padded(MARKER)), 777));
        }
    }

    @Test
    void anOversizeLengthIsGarbage() {
        byte[] bytes = FrameCodec.encode(FIRST);
        bytes[8] = 0;
        bytes[9] = 1;
        bytes[10] = 0;
        bytes[11] = 1;
        FrameDecoder decoder = new FrameDecoder();
        decoder.feed(bytes, 0, bytes.length);
        assertThat(decoder.next()).isNull();
        assertThat(decoder.takeGarbage()).isTrue();
        assertThatThrownBy(() -> FrameCodec.encode(new Frame(Frame.DATA, 2, new byte[65537])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFrameOfFullSizePasses() {
        Frame full = new Frame(Frame.DATA, 2, new byte[65536]);
        assertThat(decode(FrameCodec.encode(full), 10_000)).hasSize(1);
    }

    @Test
    void paddingIsNoGarbage() {
        FrameDecoder decoder = new FrameDecoder();
        byte[] bytes = padded(MARKER);
        decoder.feed(bytes, 0, bytes.length);
        assertThat(decoder.next()).isNotNull();
        assertThat(decoder.takeGarbage()).isFalse();
    }

    @Test
    void randomBytesNeverBreakIt() {
        for (long seed : IntStream.range(0, 200).asLongStream().toArray()) {
            Random random = new Random(seed);
            byte[] noise = new byte[random.nextInt(5000)];
            random.nextBytes(noise);
            // Sprinkle what looks like frame starts.
            for (int i = 0; i + 3 < noise.length; i += 1 + random.nextInt(200)) {
                noise[i] = 0x56;
                noise[i + 1] = 0x54;
                noise[i + 2] = 1;
            }
            assertFound(decode(concat(noise, padded(MARKER)), 1 + random.nextInt(65536)));
        }
    }
}
