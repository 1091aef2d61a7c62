package dev.vt.agent.log;

import dev.vt.kernel.Json;
import dev.vt.runtime.channel.LogRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes the segments of one instance; callers take turns on this object's lock. */
final class LogWriter {
    private final Path directory;
    private @Nullable FileChannel open;
    private String boot = "";
    private long size;
    private long lastSeq;
    private long lastTs;

    LogWriter(Path directory) {
        this.directory = directory;
    }

    synchronized void append(
            LogOrigin origin, String bootId, List<LogRecord> records, long nowMs, UnaryOperator<byte[]> redaction)
            throws IOException {
        ensureBoot(bootId);
        long ts = Math.max(nowMs, lastTs);
        long before = lastSeq;
        ByteArrayOutputStream batch = new ByteArrayOutputStream(1024);
        for (LogRecord record : records) {
            if (record.seq() <= lastSeq) {
                continue;
            }
            if (record.seq() > lastSeq + 1) {
                Segment.frame(new LogEntry.Gap(ts, lastSeq + 1, record.seq() - 1, "ring").toBytes(), batch);
            }
            Segment.frame(
                    LogEntry.Line.of(record, redaction.apply(record.line()), ts).toBytes(), batch);
            lastSeq = record.seq();
        }
        write(origin, batch, ts, before);
    }

    synchronized void system(LogOrigin origin, String bootId, String text, long nowMs) throws IOException {
        ensureBoot(bootId);
        long ts = Math.max(nowMs, lastTs);
        ByteArrayOutputStream batch = new ByteArrayOutputStream(256);
        long before = lastSeq;
        lastSeq++;
        Segment.frame(new LogEntry.Line(ts, lastSeq, "system", text, false, false).toBytes(), batch);
        write(origin, batch, ts, before);
    }

    synchronized long storedUpTo(String bootId) throws IOException {
        ensureBoot(bootId);
        return lastSeq;
    }

    /** @param before number of the last record on disk: what a failure goes back to, so that the loss shows as a gap */
    private void write(LogOrigin origin, ByteArrayOutputStream batch, long ts, long before) throws IOException {
        if (batch.size() == 0) {
            return;
        }
        try {
            FileChannel channel = open;
            if (channel == null || size >= LogStore.SEGMENT_BYTES) {
                channel = roll(origin, before + 1);
            }
            ByteBuffer bytes = ByteBuffer.wrap(batch.toByteArray());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            lastSeq = before;
            FileChannel channel = open;
            if (channel != null) {
                channel.truncate(size);
            }
            throw e;
        }
        size += batch.size();
        lastTs = ts;
    }

    private FileChannel roll(LogOrigin origin, long firstSeq) throws IOException {
        close();
        Files.createDirectories(directory);
        retain();
        Segment segment = Segment.named(directory, boot, firstSeq);
        FileChannel channel = FileChannel.open(segment.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        ByteArrayOutputStream header = new ByteArrayOutputStream(512);
        Segment.frame(Json.bytes(origin), header);
        channel.write(ByteBuffer.wrap(header.toByteArray()));
        size = channel.size();
        open = channel;
        return channel;
    }

    private void retain() throws IOException {
        List<Segment> segments = Segment.list(directory);
        long total = 0;
        for (Segment segment : segments) {
            total += Files.size(segment.file());
        }
        for (Segment segment : segments) {
            if (total + LogStore.SEGMENT_BYTES <= LogStore.INSTANCE_BYTES) {
                break;
            }
            total -= Files.size(segment.file());
            Files.deleteIfExists(segment.file());
        }
    }

    /** Goes on where an earlier writer of this boot stopped, after cutting a torn tail (LG4). */
    private void ensureBoot(String bootId) throws IOException {
        if (boot.equals(bootId)) {
            return;
        }
        close();
        boot = bootId;
        lastSeq = 0;
        lastTs = 0;
        size = 0;
        Optional<Segment> last = Segment.list(directory).stream()
                .filter(segment -> segment.boot().equals(bootId))
                .reduce((earlier, later) -> later);
        if (last.isEmpty()) {
            return;
        }
        try (Segment.Scanner scanner = last.get().scan()) {
            boolean origin = true;
            for (Optional<byte[]> record = scanner.next(); record.isPresent(); record = scanner.next()) {
                if (!origin) {
                    LogEntry entry = LogEntry.fromBytes(record.get());
                    lastSeq = Math.max(lastSeq, entry.seq());
                    lastTs = Math.max(lastTs, entry.ts());
                }
                origin = false;
            }
            size = scanner.offset();
        }
        if (size == 0) {
            Files.delete(last.get().file());
            return;
        }
        FileChannel channel = FileChannel.open(last.get().file(), StandardOpenOption.WRITE);
        channel.truncate(size);
        channel.position(size);
        open = channel;
    }

    private void close() throws IOException {
        FileChannel channel = open;
        open = null;
        size = 0;
        if (channel != null) {
            channel.force(false);
            channel.close();
        }
    }
}
