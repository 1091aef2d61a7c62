package dev.vt.agent.log;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A segment file's name and framing. The first record is the origin, the others are entries.
 *
 * @param boot the boot whose lines it holds; boot ids sort by time
 * @param firstSeq number of its first entry
 */
record Segment(Path file, String boot, long firstSeq) implements Comparable<Segment> {
    static final int HEADER = 8;
    static final int MAX_RECORD = 64 << 10;
    private static final String SUFFIX = ".seg";

    static Segment named(Path directory, String boot, long firstSeq) {
        return new Segment(directory.resolve(boot + "-" + String.format("%012d", firstSeq) + SUFFIX), boot, firstSeq);
    }

    /** In order of boot and number; other files are not looked at. */
    static List<Segment> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Segment::parse).flatMap(Optional::stream).sorted().toList();
        }
    }

    private static Optional<Segment> parse(Path file) {
        String name = file.getFileName().toString();
        int dash = name.lastIndexOf('-');
        if (dash <= 0 || !name.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        try {
            long seq = Long.parseLong(name.substring(dash + 1, name.length() - SUFFIX.length()));
            return Optional.of(new Segment(file, name.substring(0, dash), seq));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(Segment other) {
        int byBoot = boot.compareTo(other.boot);
        return byBoot != 0 ? byBoot : Long.compare(firstSeq, other.firstSeq);
    }

    /** Adds a framed record to the buffer. */
    static void frame(byte[] payload, ByteArrayOutputStream out) {
        ByteBuffer header = ByteBuffer.allocate(HEADER).putInt(payload.length).putInt(crc(payload));
        out.writeBytes(header.array());
        out.writeBytes(payload);
    }

    static int crc(byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload, 0, payload.length);
        return (int) crc.getValue();
    }

    Scanner scan() throws IOException {
        return new Scanner(FileChannel.open(file, StandardOpenOption.READ));
    }

    /** Reads records one after another; stops before a torn or damaged one and can be asked again. */
    static final class Scanner implements Closeable {
        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(128 << 10).flip();
        private long bufferAt;

        private Scanner(FileChannel channel) {
            this.channel = channel;
        }

        /** Where the next record begins: everything before is whole. */
        long offset() {
            return bufferAt + buffer.position();
        }

        /** The next whole record; empty at the end, or where the writer has not finished yet. */
        Optional<byte[]> next() throws IOException {
            if (!available(HEADER)) {
                return Optional.empty();
            }
            int length = buffer.getInt(buffer.position());
            if (length <= 0 || length > MAX_RECORD || !available(HEADER + length)) {
                return Optional.empty();
            }
            int crc = buffer.getInt(buffer.position() + 4);
            byte[] payload = new byte[length];
            buffer.get(buffer.position() + HEADER, payload);
            if (crc(payload) != crc) {
                // Perhaps half of a write that is going on: look at the file again next time.
                refill();
                return Optional.empty();
            }
            buffer.position(buffer.position() + HEADER + length);
            return Optional.of(payload);
        }

        private boolean available(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                refill();
            }
            return buffer.remaining() >= bytes;
        }

        private void refill() throws IOException {
            bufferAt = offset();
            buffer.clear();
            int read = 0;
            while (buffer.hasRemaining() && read >= 0) {
                read = channel.read(buffer, bufferAt + buffer.position());
            }
            buffer.flip();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
