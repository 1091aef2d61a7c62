package dev.vt.agent.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.agent.testing.Await;
import dev.vt.agent.testing.ManualTimeline;
import dev.vt.api.node.LogQuery;
import dev.vt.runtime.channel.LogRecord;
import dev.vt.runtime.channel.LogRecord.Stream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStoreTest {
    private static final LogOrigin ORIGIN =
            new LogOrigin("org_1", "app_1", "env_1", "web", "inst_1", "rel_1", "node_1");

    @TempDir
    Path directory;

    private final ManualTimeline clock = new ManualTimeline();

    @Test
    void givesBackWhatWasStoredWithWhoseItIs() throws Exception {
        LogStore store = store();
        store.append(ORIGIN, "boot_1", List.of(line(1, "hello"), line(2, "world")));
        ObjectNode first = read(store, query()).getFirst();
        assertThat(first.path("line").asText()).isEqualTo("hello");
        assertThat(first.path("seq").asLong()).isEqualTo(1);
        assertThat(first.path("boot_id").asText()).isEqualTo("boot_1");
        assertThat(first.path("org_id").asText()).isEqualTo("org_1");
        assertThat(first.path("stream").asText()).isEqualTo("stdout");
        assertThat(first.path("type").asText()).isEqualTo("log");
        assertThat(first.path("ts").asText()).isEqualTo(clock.instant().toString());
    }

    /** LG2. */
    @Test
    void bytesThatAreNotTextTravelAsBase64() throws Exception {
        LogStore store = store();
        store.append(
                ORIGIN, "boot_1", List.of(new LogRecord(1, Stream.STDERR, new byte[] {(byte) 0xff, 1}, true, false)));
        ObjectNode record = read(store, query()).getFirst();
        assertThat(record.path("encoding").asText()).isEqualTo("base64");
        assertThat(record.path("line").asText()).isEqualTo("/wE=");
        assertThat(record.path("truncated").asBoolean()).isTrue();
    }

    /** LG6. */
    @Test
    void aHoleInTheNumberingIsAGapWhereItHappened() throws Exception {
        LogStore store = store();
        store.append(ORIGIN, "boot_1", List.of(line(1, "a"), line(5, "b")));
        List<ObjectNode> records = read(store, query());
        assertThat(records).hasSize(3);
        assertThat(records.get(1).path("type").asText()).isEqualTo("gap");
        assertThat(records.get(1).path("count").asLong()).isEqualTo(3);
        assertThat(records.get(1).path("from_seq").asLong()).isEqualTo(2);
        assertThat(records.get(1).path("to_seq").asLong()).isEqualTo(4);
    }

    @Test
    void whatTheGuestRepeatsAfterAResyncIsStoredOnce() throws Exception {
        LogStore store = store();
        store.append(ORIGIN, "boot_1", List.of(line(1, "a"), line(2, "b")));
        store.append(ORIGIN, "boot_1", List.of(line(2, "b"), line(3, "c")));
        assertThat(lines(store, query())).containsExactly("a", "b", "c");
        assertThat(store.storedUpTo("inst_1", "boot_1")).isEqualTo(3);
        assertThat(store.storedUpTo("inst_1", "boot_2")).isZero();
    }

    /** LG1. */
    @Test
    void timeNeverFallsWithinABoot() throws Exception {
        LogStore store = store();
        store.append(ORIGIN, "boot_1", List.of(line(1, "a")));
        clock.advance(Duration.ofSeconds(-30));
        store.append(ORIGIN, "boot_1", List.of(line(2, "b")));
        List<ObjectNode> records = read(store, query());
        assertThat(records.get(1).path("ts").asText())
                .isEqualTo(records.get(0).path("ts").asText());
    }

    /** LG4: cut the newest segment at every byte; the reader and the next writer see whole records, a prefix of what was. */
    @Test
    void aTornTailIsCutToTheLastWholeRecord() throws Exception {
        LogStore whole = store();
        whole.append(ORIGIN, "boot_1", List.of(line(1, "first"), line(2, "second"), line(3, "third")));
        byte[] bytes = Files.readAllBytes(segment());
        for (int cut = 0; cut <= bytes.length; cut++) {
            Path file = segment();
            Files.write(file, bytes);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(cut);
            }
            List<String> before = lines(store(), query());
            assertThat(before).isEqualTo(List.of("first", "second", "third").subList(0, before.size()));
            LogStore next = store();
            assertThat(next.storedUpTo("inst_1", "boot_1")).isEqualTo(before.size());
            next.append(ORIGIN, "boot_1", List.of(line(before.size() + 1, "next")));
            List<String> wanted = new ArrayList<>(before);
            wanted.add("next");
            assertThat(lines(store(), query())).isEqualTo(wanted);
            try (var files = Files.list(directory.resolve("inst_1"))) {
                for (Path left : files.toList()) {
                    Files.delete(left);
                }
            }
            Files.write(file, bytes);
        }
    }

    /** Damage anywhere never yields a line that was not written. */
    @Test
    void aFlippedByteHidesRecordsAndInventsNone() throws Exception {
        LogStore whole = store();
        List<LogRecord> records = new ArrayList<>();
        List<String> written = new ArrayList<>();
        for (int seq = 1; seq <= 20; seq++) {
            records.add(line(seq, "line number " + seq));
            written.add("line number " + seq);
        }
        whole.append(ORIGIN, "boot_1", records);
        Path file = segment();
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(42);
        for (int i = 0; i < 200; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            assertThat(written).containsAll(lines(store(), query()));
        }
    }

    @Test
    void segmentsRollAndReadAsOne() throws Exception {
        LogStore store = store();
        String text = "x".repeat(16_000);
        List<String> wanted = new ArrayList<>();
        for (int seq = 1; seq <= 600; seq++) {
            store.append(ORIGIN, "boot_1", List.of(line(seq, seq + text)));
            wanted.add(seq + text);
        }
        assertThat(Segment.list(directory.resolve("inst_1")))
                .hasSizeGreaterThan(2)
                .allSatisfy(segment ->
                        assertThat(Files.size(segment.file())).isLessThan(LogStore.SEGMENT_BYTES + (1 << 16)));
        assertThat(lines(store, query())).isEqualTo(wanted);
        assertThat(lines(store, after("boot_1:595"))).isEqualTo(wanted.subList(595, 600));
        assertThat(lines(store, tail(3))).isEqualTo(wanted.subList(597, 600));
    }

    @Test
    void anInstanceKeepsAtMostItsShareAndLosesTheOldestFirst() throws Exception {
        LogStore store = store();
        String text = "x".repeat(16_000);
        List<LogRecord> batch = new ArrayList<>();
        for (int seq = 1; seq <= 6000; seq++) {
            batch.add(line(seq, text));
            if (batch.size() == 50) {
                store.append(ORIGIN, "boot_1", batch);
                batch.clear();
            }
        }
        long total = 0;
        for (Segment segment : Segment.list(directory.resolve("inst_1"))) {
            total += Files.size(segment.file());
        }
        assertThat(total).isLessThanOrEqualTo(LogStore.INSTANCE_BYTES + (1 << 20));
        List<ObjectNode> left = read(store, query());
        assertThat(left.getLast().path("seq").asLong()).isEqualTo(6000);
        assertThat(left.getFirst().path("seq").asLong()).isGreaterThan(1000);
    }

    /** LG8: per instance by boot and number, across instances by time. */
    @Test
    void mergesInstancesByTime() throws Exception {
        LogStore store = store();
        LogOrigin other = new LogOrigin("org_1", "app_1", "env_1", "web", "inst_2", "rel_1", "node_1");
        for (int seq = 1; seq <= 3; seq++) {
            store.append(ORIGIN, "boot_1", List.of(line(seq, "a" + seq)));
            clock.advance(Duration.ofMillis(10));
            store.append(other, "boot_9", List.of(line(seq, "b" + seq)));
            clock.advance(Duration.ofMillis(10));
        }
        LogQuery both =
                new LogQuery(List.of("inst_2", "inst_1", "inst_none"), null, null, null, null, null, Map.of(), false);
        assertThat(lines(store, both)).containsExactly("a1", "b1", "a2", "b2", "a3", "b3");
    }

    @Test
    void filtersByStreamTimeAndText() throws Exception {
        LogStore store = store();
        store.append(
                ORIGIN,
                "boot_1",
                List.of(line(1, "apple"), new LogRecord(2, Stream.STDERR, "pear".getBytes(UTF_8), false, false)));
        clock.advance(Duration.ofSeconds(10));
        store.append(ORIGIN, "boot_1", List.of(line(3, "apple pie")));
        store.system(ORIGIN, "boot_1", "exited (code 1)");
        assertThat(lines(store, new LogQuery(List.of("inst_1"), "stderr", null, null, null, null, Map.of(), false)))
                .containsExactly("pear");
        assertThat(lines(store, new LogQuery(List.of("inst_1"), "system", null, null, null, null, Map.of(), false)))
                .containsExactly("exited (code 1)");
        assertThat(lines(store, new LogQuery(List.of("inst_1"), null, null, null, null, "apple", Map.of(), false)))
                .containsExactly("apple", "apple pie");
        String later = clock.instant().minusSeconds(1).toString();
        assertThat(lines(store, new LogQuery(List.of("inst_1"), null, later, null, null, null, Map.of(), false)))
                .containsExactly("apple pie", "exited (code 1)");
        assertThat(lines(store, new LogQuery(List.of("inst_1"), null, null, later, null, null, Map.of(), false)))
                .containsExactly("apple", "pear");
    }

    /** LG10. */
    @Test
    void followPassesOverBootsUntilItIsCancelled() throws Exception {
        LogStore store = store();
        store.append(ORIGIN, "boot_1", List.of(line(1, "old")));
        CollectingSink sink = new CollectingSink();
        LogQuery follow = new LogQuery(List.of("inst_1"), null, null, null, null, null, Map.of(), true);
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                new LogReader(store).read(follow, sink);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until("head", () -> sink.head);
        assertThat(sink.lines()).containsExactly("old");
        store.append(ORIGIN, "boot_1", List.of(line(2, "new")));
        store.append(ORIGIN, "boot_2", List.of(line(1, "after a restart")));
        Await.until("followed", () -> sink.lines().size() == 3);
        assertThat(sink.lines()).containsExactly("old", "new", "after a restart");
        sink.cancelled.set(true);
        store.append(ORIGIN, "boot_2", List.of(line(2, "unseen")));
        reader.join();
        assertThat(sink.lines()).hasSize(3);
    }

    @Test
    void sweepsWhatIsOlderThanAWeek() throws Exception {
        LogStore store = store();
        store.append(ORIGIN, "boot_1", List.of(line(1, "a")));
        Files.setLastModifiedTime(segment(), FileTime.from(clock.instant().minus(Duration.ofDays(6))));
        store.sweep();
        assertThat(segment()).exists();
        clock.advance(Duration.ofDays(2));
        store.sweep();
        assertThat(directory.resolve("inst_1")).doesNotExist();
    }

    private LogStore store() {
        return new LogStore(directory, clock, (instance, line) -> line);
    }

    private Path segment() throws IOException {
        return Segment.list(directory.resolve("inst_1")).getLast().file();
    }

    private static LogRecord line(long seq, String text) {
        return new LogRecord(seq, Stream.STDOUT, text.getBytes(UTF_8), false, false);
    }

    private static LogQuery query() {
        return new LogQuery(List.of("inst_1"), null, null, null, null, null, Map.of(), false);
    }

    private static LogQuery tail(int lines) {
        return new LogQuery(List.of("inst_1"), null, null, null, lines, null, Map.of(), false);
    }

    private static LogQuery after(String position) {
        return new LogQuery(List.of("inst_1"), null, null, null, null, null, Map.of("inst_1", position), false);
    }

    private static List<String> lines(LogStore store, LogQuery query) throws Exception {
        return read(store, query).stream()
                .map(record -> record.path("line").asText())
                .toList();
    }

    private static List<ObjectNode> read(LogStore store, LogQuery query) throws Exception {
        CollectingSink sink = new CollectingSink();
        new LogReader(store).read(query, sink);
        assertThat(sink.head).isTrue();
        return sink.records;
    }

    private static final class CollectingSink implements LogReader.Sink {
        private final List<ObjectNode> records = new CopyOnWriteArrayList<>();
        private final AtomicBoolean cancelled = new AtomicBoolean();
        private volatile boolean head;

        @Override
        public void record(ObjectNode record) {
            records.add(record);
        }

        @Override
        public void head() {
            head = true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled.get();
        }

        List<String> lines() {
            return records.stream().map(record -> record.path("line").asText()).toList();
        }
    }
}
