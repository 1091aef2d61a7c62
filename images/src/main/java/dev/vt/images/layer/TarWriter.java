package dev.vt.images.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a tar stream, byte for byte the same for the same entries: ustar, with a pax header only where it must be. */
public final class TarWriter implements Closeable {
    private static final int BLOCK = TarReader.BLOCK;
    private static final byte[] ZEROS = new byte[2 * BLOCK];
    private static final long MAX_OCTAL_ID = 07777777L;
    private static final long MAX_OCTAL_SIZE = 077777777777L;

    private final OutputStream out;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** @param content exactly {@code entry.size()} bytes; null unless the entry is a file */
    public void write(TarEntry entry, @Nullable InputStream content) throws IOException {
        Map<String, byte[]> pax = paxOf(entry);
        if (!pax.isEmpty()) {
            byte[] records = records(pax);
            header("pax", 'x', "", 0644, 0, 0, 0, records.length);
            out.write(records);
            pad(records.length);
        }
        long size = entry.type() == TarEntry.Type.FILE ? entry.size() : 0;
        header(
                entry.name(),
                typeFlag(entry.type()),
                entry.link(),
                entry.mode(),
                entry.uid(),
                entry.gid(),
                entry.mtime(),
                size);
        if (content != null) {
            long copied = content.transferTo(out);
            if (copied != size) {
                throw new IOException("content has " + copied + " bytes, not " + size);
            }
            pad(size);
        }
    }

    /** Ends the archive; the stream under it stays open. */
    public void finish() throws IOException {
        out.write(ZEROS);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        finish();
        out.close();
    }

    private static Map<String, byte[]> paxOf(TarEntry entry) {
        Map<String, byte[]> pax = new TreeMap<>();
        if (entry.name().length() > 100) {
            pax.put("path", entry.name().getBytes(ISO_8859_1));
        }
        if (entry.link().length() > 100) {
            pax.put("linkpath", entry.link().getBytes(ISO_8859_1));
        }
        if (entry.uid() > MAX_OCTAL_ID) {
            pax.put("uid", ascii(entry.uid()));
        }
        if (entry.gid() > MAX_OCTAL_ID) {
            pax.put("gid", ascii(entry.gid()));
        }
        if (entry.size() > MAX_OCTAL_SIZE) {
            pax.put("size", ascii(entry.size()));
        }
        entry.xattrs().forEach((name, value) -> pax.put("SCHILY.xattr." + name, value));
        return pax;
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] records(Map<String, byte[]> pax) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        pax.forEach((key, value) -> {
            byte[] name = key.getBytes(ISO_8859_1);
            int rest = name.length + value.length + 3;
            int length = rest + Integer.toString(rest).length();
            // The length counts its own digits, and may grow by one through them.
            if (Integer.toString(length).length() + rest != length) {
                length++;
            }
            records.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
            records.writeBytes(name);
            records.write('=');
            records.writeBytes(value);
            records.write('\n');
        });
        return records.toByteArray();
    }

    private void header(String name, char type, String link, int mode, long uid, long gid, long mtime, long size)
            throws IOException {
        byte[] block = new byte[BLOCK];
        text(block, 0, 100, name);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, Math.min(uid, MAX_OCTAL_ID));
        octal(block, 116, 8, Math.min(gid, MAX_OCTAL_ID));
        octal(block, 124, 12, Math.min(size, MAX_OCTAL_SIZE));
        octal(block, 136, 12, mtime);
        block[156] = (byte) type;
        text(block, 157, 100, link);
        text(block, 257, 6, "ustar");
        block[263] = '0';
        block[264] = '0';
        int sum = 8 * ' ';
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        block[155] = ' ';
        out.write(block);
    }

    private static void text(byte[] block, int offset, int length, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, block, offset, Math.min(length, bytes.length));
    }

    /** Digits and a closing NUL fill the field. */
    private static void octal(byte[] block, int offset, int length, long value) {
        long rest = value;
        for (int i = offset + length - 2; i >= offset; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
    }

    private void pad(long size) throws IOException {
        int over = (int) (size % BLOCK);
        if (over != 0) {
            out.write(ZEROS, 0, BLOCK - over);
        }
    }

    private static char typeFlag(TarEntry.Type type) {
        return switch (type) {
            case FILE -> '0';
            case HARDLINK -> '1';
            case SYMLINK -> '2';
            case DEVICE -> '3';
            case DIRECTORY -> '5';
            case FIFO -> '6';
        };
    }
}
