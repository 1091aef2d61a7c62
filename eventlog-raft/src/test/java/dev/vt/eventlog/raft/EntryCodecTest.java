package dev.vt.eventlog.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.apply.PreparedBatch;
import dev.vt.testkit.log.Scenario;
import dev.vt.testkit.log.Shop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    @Property(tries = 30)
    void whatIsWrittenIsRead(@ForAll long seed) {
        List<byte[]> batches = Scenario.of(seed, 1 + new Random(seed).nextInt(20)).stream()
                .map(batch -> BatchCodec.write(PreparedBatch.of(batch, Shop.SCHEMAS)))
                .toList();
        List<PreparedBatch> read = EntryCodec.read(ByteBuffer.wrap(EntryCodec.write(batches)));
        assertThat(read.stream().map(BatchCodec::write)).containsExactlyElementsOf(batches);
    }

    /** One batch alone is what it always was. */
    @Test
    void oneBatchIsFormatOne() {
        byte[] batch = sample("prj_1");
        assertThat(EntryCodec.write(List.of(batch))).isEqualTo(batch);
    }

    /** S24: entries outlive programs. These bytes must be read by every later one. */
    @Test
    void formatTwoStaysReadable() throws IOException {
        byte[] golden;
        try (InputStream file = EntryCodecTest.class.getResourceAsStream("/golden/entry-2.hex")) {
            golden = HexFormat.of()
                    .parseHex(new String(requireNonNull(file).readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
        assertThat(HexFormat.of().formatHex(two())).isEqualTo(HexFormat.of().formatHex(golden));
        assertThat(EntryCodec.read(ByteBuffer.wrap(golden)))
                .extracting(prepared -> prepared.batch().batchId())
                .containsExactly("bat_prj_1", "bat_prj_2");
    }

    @Test
    void anEntryOfNothingOrOfAFormatToComeIsRefused() {
        for (byte[] bytes : List.of(new byte[0], new byte[] {2}, new byte[] {2, 0, 0, 0, 0}, new byte[] {3, 0})) {
            assertThatThrownBy(() -> EntryCodec.read(ByteBuffer.wrap(bytes)))
                    .as(HexFormat.of().formatHex(bytes))
                    .isInstanceOf(UnreadableEntryException.class);
        }
    }

    /** S12: whatever else the bytes are, reading them ends, and says so. */
    @Property(tries = 200)
    void damagedBytesAreRefusedOrReadAsSomethingElse(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = two();
        byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        assertThatThrownBy(() -> EntryCodec.read(ByteBuffer.wrap(cut))).isInstanceOf(UnreadableEntryException.class);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
        try {
            assertThat(EntryCodec.read(ByteBuffer.wrap(bytes))).isNotEmpty();
        } catch (UnreadableEntryException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    private static byte[] two() {
        return EntryCodec.write(List.of(sample("prj_1"), sample("prj_2")));
    }

    private static byte[] sample(String project) {
        Batch batch = new Batch(
                "bat_" + project,
                Instant.parse("2026-01-01T00:00:00.000001Z"),
                Actor.system("test"),
                "req_1",
                null,
                List.of(),
                List.of(Shop.created(project, "a")),
                List.of());
        return BatchCodec.write(PreparedBatch.of(batch, Shop.SCHEMAS));
    }
}
