package dev.vt.eventlog.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
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
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BatchCodecTest {
    private static final Batch SAMPLE = new Batch(
            "bat_1",
            Instant.parse("2026-01-01T00:00:00.000001Z"),
            Actor.system("test"),
            "req_1",
            "key",
            List.of(
                    new Precondition.Seq(Shop.project("prj_1"), 3),
                    new Precondition.Alive(Shop.project("prj_1")),
                    new Precondition.NoChildren(Shop.project("prj_1"), "app"),
                    new Precondition.Claim("name", "a", Shop.project("prj_1")),
                    new Precondition.Release("name", "b", Shop.project("prj_1")),
                    new Precondition.ReleaseAll(Shop.project("prj_1")),
                    new Precondition.Row("projects", "prj_1", 7),
                    new Precondition.Quota("org_1", Map.of("a", 1L, "b", -2L)),
                    new Precondition.Capacity("node_1", 5),
                    new Precondition.Side("credential", "k", 2),
                    new Precondition.Fence(4)),
            List.of(Shop.renamed("prj_1", "ünï€𝄞").correlatedWith("dep_1")),
            List.of(
                    new SideOperation.Put("credential", "k", new byte[] {0, -1}, Instant.parse("2026-01-02T00:00:00Z")),
                    new SideOperation.Put("wrapped_key", "k", new byte[0], null),
                    new SideOperation.Delete("credential", "old")));

    @Property(tries = 50)
    void whatIsWrittenIsRead(@ForAll long seed) {
        for (Batch batch : Scenario.of(seed, 30)) {
            roundTrip(batch);
        }
    }

    @Test
    void everyKindOfPreconditionAndOperationIsRead() {
        assertThat(SAMPLE.preconditions().stream().map(Object::getClass))
                .as("one of each kind")
                .hasSize(Precondition.class.getPermittedSubclasses().length)
                .doesNotHaveDuplicates();
        roundTrip(SAMPLE);
    }

    private static void roundTrip(Batch batch) {
        PreparedBatch prepared = PreparedBatch.of(batch, Shop.SCHEMAS);
        byte[] bytes = BatchCodec.write(prepared);
        PreparedBatch read = BatchCodec.read(ByteBuffer.wrap(bytes));
        assertThat(read.payloads()).isEqualTo(prepared.payloads());
        assertThat(read.batch())
                .usingRecursiveComparison()
                // Compared as text above: a number that is read again may be an int where it was a long.
                .ignoringFieldsMatchingRegexes(".*payload.*")
                .isEqualTo(batch);
        assertThat(BatchCodec.write(read)).isEqualTo(bytes);
    }

    /** S24: entries outlive programs. These bytes must be read by every later one. */
    @Test
    void formatOneStaysReadable() throws IOException {
        byte[] golden;
        try (InputStream file = BatchCodecTest.class.getResourceAsStream("/golden/batch-1.hex")) {
            golden = HexFormat.of()
                    .parseHex(new String(requireNonNull(file).readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
        byte[] bytes = BatchCodec.write(PreparedBatch.of(SAMPLE, Shop.SCHEMAS));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(HexFormat.of().formatHex(golden));
        assertThat(BatchCodec.read(ByteBuffer.wrap(golden)).batch().preconditions())
                .isEqualTo(SAMPLE.preconditions());
    }

    /** S12: whatever else the bytes are, reading them ends, and says so. */
    @Property(tries = 200)
    void damagedBytesAreRefusedOrReadAsSomethingElse(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = BatchCodec.write(PreparedBatch.of(SAMPLE, Shop.SCHEMAS));
        byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        assertThatThrownBy(() -> BatchCodec.read(ByteBuffer.wrap(cut))).isInstanceOf(UnreadableEntryException.class);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
        try {
            assertThat(BatchCodec.read(ByteBuffer.wrap(bytes)).batch()).isNotNull();
        } catch (UnreadableEntryException e) {
            assertThat(e)
                    .hasMessageMatching(
                            "entry of format .*|entry is damaged|a list of .*|.* of kind .*|.* bytes after the end");
        }
    }
}
