package dev.vt.control.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.control.key.SealBrokenException;
import dev.vt.control.key.Sealing;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Json;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A backup on disk.
 *
 * <pre>
 * int length, header     JSON: format, id, created_at, key
 * int length, chunk      1 MiB of gzip at most, sealed; its number and whether it is the last are authenticated with it
 * …
 * </pre>
 *
 * <p>So a chunk that is changed, missing, doubled or moved, and a file that is cut, do not open.
 */
final class BackupFile {
    private static final String FORMAT = "vt-backup/v1";
    private static final int CHUNK = 1 << 20;
    private static final int MAX_HEADER = 64 << 10;

    private BackupFile() {}

    /** Writes the content of a backup. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** A new file, readable by its owner only; there in whole or not at all. */
    static void create(Path file, BackupKey key, IdSource ids, Instant now, SecureRandom random, Content content)
            throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        String id = ids.next("bak");
        byte[] fileKey = new byte[Sealing.KEY_BYTES];
        random.nextBytes(fileKey);
        ObjectNode header = Json.object().put("format", FORMAT).put("id", id).put("created_at", now.toString());
        header.set("key", key.wrap(fileKey, id, random));
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part, StandardOpenOption.WRITE)))) {
            byte[] head = Json.bytes(header);
            out.writeInt(head.length);
            out.write(head);
            try (OutputStream plain = new GZIPOutputStream(new Sealed(out, fileKey, id), 64 << 10)) {
                content.writeTo(plain);
            }
        }
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, file);
    }

    /**
     * The content, authenticated chunk by chunk; the caller closes it.
     *
     * @throws BackupFormatException if it is no backup, or not for this key
     */
    static InputStream open(Path file, BackupKey key) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
        try {
            int length = in.readInt();
            if (length < 2 || length > MAX_HEADER) {
                throw new BackupFormatException(file + " is not a backup");
            }
            JsonNode header = Json.parse(in.readNBytes(length));
            if (!header.path("format").asText().equals(FORMAT)) {
                throw new BackupFormatException(file + " is not a backup of this program");
            }
            String id = header.path("id").asText();
            byte[] fileKey = key.unwrap(header.path("key"), id)
                    .orElseThrow(() -> new BackupFormatException("the backup opens with a "
                            + header.at("/key/kind").asText().replace('_', ' ')));
            return new GZIPInputStream(new Opened(in, fileKey, id), 64 << 10);
        } catch (IllegalArgumentException | EOFException e) {
            in.close();
            throw new BackupFormatException(file + " is not a backup", e);
        } catch (SealBrokenException | MasterKeyUnavailableException e) {
            in.close();
            throw new BackupFormatException("the backup does not open with this key", e);
        } catch (RuntimeException | IOException e) {
            in.close();
            throw e;
        }
    }

    private static byte[] context(String id, int number, boolean last) {
        return Sealing.context("vt-backup-chunk", id, Integer.toString(number), last ? "last" : "more");
    }

    /** Seals what is written, a chunk at a time. */
    private static final class Sealed extends OutputStream {
        private final DataOutputStream out;
        private final byte[] key;
        private final String id;
        private final byte[] chunk = new byte[CHUNK];
        private int used;
        private int number;
        private boolean closed;

        Sealed(DataOutputStream out, byte[] key, String id) {
            this.out = out;
            this.key = key;
            this.id = id;
        }

        @Override
        public void write(int b) throws IOException {
            if (used == CHUNK) {
                seal(false);
            }
            chunk[used++] = (byte) b;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; ) {
                if (used == CHUNK) {
                    seal(false);
                }
                int next = Math.min(length - done, CHUNK - used);
                System.arraycopy(bytes, offset + done, chunk, used, next);
                used += next;
                done += next;
            }
        }

        private void seal(boolean last) throws IOException {
            byte[] sealed = Sealing.seal(key, Arrays.copyOf(chunk, used), context(id, number, last));
            out.writeInt(sealed.length);
            out.write(sealed);
            number++;
            used = 0;
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                seal(true);
            }
        }
    }

    /** Opens what is read, a chunk at a time. */
    private static final class Opened extends InputStream {
        private final DataInputStream in;
        private final byte[] key;
        private final String id;
        private byte[] chunk = {};
        private int position;
        private int number;
        private boolean last;

        Opened(DataInputStream in, byte[] key, String id) {
            this.in = in;
            this.key = key;
            this.id = id;
        }

        @Override
        public int read() throws IOException {
            return more() ? chunk[position++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!more()) {
                return -1;
            }
            int next = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, into, offset, next);
            position += next;
            return next;
        }

        @Override
        public int available() {
            return chunk.length - position;
        }

        private boolean more() throws IOException {
            while (position == chunk.length && !last) {
                int length;
                try {
                    length = in.readInt();
                } catch (EOFException e) {
                    throw new BackupFormatException("the backup is cut off", e);
                }
                if (length < 1 || length > CHUNK + 1024) {
                    throw new BackupFormatException("chunk " + number + " of the backup is damaged");
                }
                byte[] sealed = in.readNBytes(length);
                in.mark(1);
                boolean ends = in.read() < 0;
                if (!ends) {
                    in.reset();
                }
                try {
                    chunk = Sealing.open(key, sealed, context(id, number, ends), "chunk " + number);
                } catch (SealBrokenException e) {
                    throw new BackupFormatException(
                            "chunk " + number + " of the backup is damaged, or the backup is cut off", e);
                }
                last = ends;
                position = 0;
                number++;
            }
            return position < chunk.length;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
