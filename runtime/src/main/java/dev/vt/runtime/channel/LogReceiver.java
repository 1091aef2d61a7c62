package dev.vt.runtime.channel;

import dev.vt.kernel.Json;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes log records from the guest's log stream and hands them on; run by a thread of its own. */
final class LogReceiver {
    private static final int HEADER = 12;
    private static final int LINE = 16384;

    private final HostStream stream;
    private final GuestEvents events;
    private byte[] rest = new byte[0];
    private long lastSeq;

    LogReceiver(HostStream stream, GuestEvents events) {
        this.stream = stream;
        this.events = events;
    }

    void run(HostChannel channel) throws InterruptedException {
        lastSeq = events.logStoredUpTo();
        channel.accept(stream, Json.object().put("after_seq", lastSeq));
        stream.end();
        for (Optional<byte[]> part = stream.receive(); part.isPresent(); part = stream.receive()) {
            List<LogRecord> records = decode(part.get());
            if (!records.isEmpty()) {
                events.log(records);
            }
            stream.grant(part.get().length);
        }
    }

    private List<LogRecord> decode(byte[] part) {
        ByteBuffer bytes = ByteBuffer.allocate(rest.length + part.length)
                .put(rest)
                .put(part)
                .flip();
        List<LogRecord> records = new ArrayList<>();
        while (bytes.remaining() >= HEADER) {
            int at = bytes.position();
            long seq = bytes.getLong(at);
            int source = bytes.get(at + 8);
            int flags = bytes.get(at + 9);
            int length = bytes.getShort(at + 10) & 0xffff;
            if (seq <= lastSeq || source < 1 || source > 3 || flags >> 2 != 0 || length > LINE) {
                stream.reset("record_invalid");
                throw new ChannelException(
                        ChannelException.Kind.VIOLATION, "record_invalid", "the guest sent no valid log record");
            }
            if (bytes.remaining() < HEADER + length) {
                break;
            }
            byte[] line = new byte[length];
            bytes.position(at + HEADER).get(line);
            records.add(new LogRecord(seq, sourceOf(source), line, (flags & 1) != 0, (flags & 2) != 0));
            lastSeq = seq;
        }
        rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return records;
    }

    private static LogRecord.Stream sourceOf(int source) {
        return switch (source) {
            case 1 -> LogRecord.Stream.STDOUT;
            case 2 -> LogRecord.Stream.STDERR;
            default -> LogRecord.Stream.SYSTEM;
        };
    }
}
