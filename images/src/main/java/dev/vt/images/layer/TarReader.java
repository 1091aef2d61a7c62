package dev.vt.images.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of a tar stream: ustar, GNU long names, pax extended headers. Everything in it may be hostile; what
 * does not parse is refused as {@code layer_invalid}. Contents are skipped, their offsets noted.
 */
public final class TarReader {
    static final int BLOCK = 512;
    private static final int MAX_EXTENDED_HEADER = 1 << 20;
    private static final int MAX_XATTR_BYTES = 64 << 10;
    private static final long MAX_TIME = 0xffff_ffffL;
    private static final String XATTR = "SCHILY.xattr.";

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private final byte[] skipBuffer = new byte[1 << 16];
    private long position;
    private long skipBeforeNext;

    public TarReader(InputStream in) {
        this.in = in;
    }

    /** What pax and GNU headers say about the entry that follows them. */
    private static final class Extended {
        private @Nullable String name;
        private @Nullable String link;
        private long size = -1;
        private long uid = -1;
        private long gid = -1;
        private long mtime = -1;
        private final Map<String, byte[]> xattrs = new HashMap<>();
    }

    /**
     * The next entry; null at the end of the archive, after which the rest of the stream is padding.
     *
     * @throws ImageException {@code layer_invalid}
     * @throws IOException if the stream under it fails
     */
    public @Nullable TarEntry next() throws IOException {
        skip(skipBeforeNext);
        skipBeforeNext = 0;
        Extended extended = new Extended();
        while (readBlock()) {
            if (isZero()) {
                return null;
            }
            verifyChecksum();
            long size = number(124, 12);
            char type = (char) (block[156] & 0xff);
            switch (type) {
                case 'L' -> extended.name = cString(extendedContent(size));
                case 'K' -> extended.link = cString(extendedContent(size));
                case 'x' -> readPax(extendedContent(size), extended);
                case 'g' -> extendedContent(size);
                default -> {
                    return entry(type, size, extended);
                }
            }
        }
        return null;
    }

    private TarEntry entry(char typeFlag, long headerSize, Extended extended) {
        String name = extended.name == null ? headerName() : extended.name;
        TarEntry.Type type = type(typeFlag, name);
        long size = extended.size >= 0 ? extended.size : headerSize;
        boolean hasContent = typeFlag != '1' && typeFlag != '2' && type != TarEntry.Type.DEVICE;
        if (size > Long.MAX_VALUE - position - BLOCK) {
            throw invalid("an entry's size is out of range");
        }
        // Only files have content that counts, but the format lets any other entry drag some along.
        skipBeforeNext = hasContent ? padded(size) : 0;
        String link = extended.link == null ? field(157, 100) : extended.link;
        return new TarEntry(
                type,
                name,
                type == TarEntry.Type.SYMLINK || type == TarEntry.Type.HARDLINK ? link : "",
                (int) (number(100, 8) & 07777),
                id(extended.uid >= 0 ? extended.uid : number(108, 8)),
                id(extended.gid >= 0 ? extended.gid : number(116, 8)),
                extended.mtime >= 0 ? extended.mtime : time(136),
                type == TarEntry.Type.FILE ? size : 0,
                extended.xattrs,
                position);
    }

    private static TarEntry.Type type(char flag, String name) {
        return switch (flag) {
            case '0', '\0', '7' -> name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARDLINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '3', '4' -> TarEntry.Type.DEVICE;
            case '5' -> TarEntry.Type.DIRECTORY;
            case '6' -> TarEntry.Type.FIFO;
            case 'S' -> throw invalid("sparse entries are not supported");
            default -> throw invalid("an entry has an unknown type");
        };
    }

    private String headerName() {
        String name = field(0, 100);
        boolean ustar = block[257] == 'u' && block[258] == 's' && block[259] == 't' && block[262] == 0;
        String prefix = ustar ? field(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private void readPax(byte[] content, Extended extended) {
        int at = 0;
        int xattrBytes = 0;
        while (at < content.length) {
            int space = at;
            int length = 0;
            while (space < content.length && content[space] != ' ') {
                int digit = content[space++] - '0';
                if (digit < 0 || digit > 9 || length > MAX_EXTENDED_HEADER) {
                    throw invalid("a pax record has no length");
                }
                length = length * 10 + digit;
            }
            int end = at + length;
            int equals = indexOf(content, '=', space + 1, end);
            if (end > content.length || end <= space + 1 || equals < 0 || content[end - 1] != '\n') {
                throw invalid("a pax record is malformed");
            }
            String key = new String(content, space + 1, equals - space - 1, ISO_8859_1);
            byte[] value = Arrays.copyOfRange(content, equals + 1, end - 1);
            if (key.startsWith(XATTR) && isKept(key.substring(XATTR.length()))) {
                xattrBytes += value.length;
                if (xattrBytes > MAX_XATTR_BYTES) {
                    throw invalid("an entry has too many extended attributes");
                }
                extended.xattrs.put(key.substring(XATTR.length()), value);
            } else {
                setPax(key, new String(value, ISO_8859_1), extended);
            }
            at = end;
        }
    }

    private static void setPax(String key, String value, Extended extended) {
        switch (key) {
            case "path" -> extended.name = value;
            case "linkpath" -> extended.link = value;
            case "size" -> extended.size = decimal(value);
            case "uid" -> extended.uid = decimal(value);
            case "gid" -> extended.gid = decimal(value);
            case "mtime" -> extended.mtime = paxTime(value);
            default -> {
                if (key.startsWith("GNU.sparse.")) {
                    throw invalid("sparse entries are not supported");
                }
            }
        }
    }

    /**
     * Capabilities and plain user attributes are part of a file. Others belong to the machine that made the layer, and
     * those of overlayfs would be obeyed by the guest's own overlay.
     */
    private static boolean isKept(String xattr) {
        return xattr.equals("security.capability")
                || (xattr.startsWith("user.") && !xattr.startsWith("user.overlay.") && xattr.length() <= 255);
    }

    private static int indexOf(byte[] content, char wanted, int from, int to) {
        for (int i = from; i < Math.min(to, content.length); i++) {
            if (content[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private byte[] extendedContent(long size) throws IOException {
        if (size > MAX_EXTENDED_HEADER) {
            throw invalid("an extended header is too large");
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw invalid("the tar stream ends in a header");
        }
        position += size;
        skip(padded(size) - size);
        return content;
    }

    private static String cString(byte[] content) {
        int end = indexOf(content, '\0', 0, content.length);
        return new String(content, 0, end < 0 ? content.length : end, ISO_8859_1);
    }

    private String field(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return new String(block, offset, end - offset, ISO_8859_1);
    }

    /** A numeric field: octal text, or base 256 when the top bit is set. Negative numbers are refused. */
    private long number(int offset, int length) {
        if ((block[offset] & 0x80) != 0) {
            long value = block[offset] & 0x7f;
            for (int i = offset + 1; i < offset + length; i++) {
                if (value >>> 55 != 0) {
                    throw invalid("a number is out of range");
                }
                value = (value << 8) | (block[i] & 0xff);
            }
            return value;
        }
        long value = 0;
        boolean started = false;
        for (int i = offset; i < offset + length; i++) {
            int c = block[i] & 0xff;
            if (c >= '0' && c <= '7') {
                value = (value << 3) | (c - '0');
                started = true;
            } else if (c == 0 || (c == ' ' && started)) {
                break;
            } else if (c != ' ') {
                throw invalid("a header has a malformed number");
            }
        }
        return value;
    }

    /** A time may be negative in base 256; such files are as old as 1970 here. */
    private long time(int offset) {
        if ((block[offset] & 0xff) == 0xff) {
            return 0;
        }
        return Math.min(number(offset, 12), MAX_TIME);
    }

    private static long paxTime(String value) {
        if (value.startsWith("-")) {
            return 0;
        }
        int dot = value.indexOf('.');
        return Math.min(decimal(dot < 0 ? value : value.substring(0, dot)), MAX_TIME);
    }

    private static long decimal(String value) {
        if (value.isEmpty() || value.length() > 18 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw invalid("a pax number is malformed");
        }
        return Long.parseLong(value);
    }

    private static long id(long value) {
        if (value >= 0xffff_ffffL) {
            throw invalid("an owner is out of range");
        }
        return value;
    }

    private void verifyChecksum() {
        long stated = number(148, 8);
        long unsigned = 8L * ' ';
        long signed = 8L * ' ';
        for (int i = 0; i < BLOCK; i++) {
            if (i < 148 || i >= 156) {
                unsigned += block[i] & 0xff;
                signed += block[i];
            }
        }
        if (stated != unsigned && stated != signed) {
            throw invalid("a header has a wrong checksum");
        }
    }

    private boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Reads a header; false at the end of the stream. */
    private boolean readBlock() throws IOException {
        int n = in.readNBytes(block, 0, BLOCK);
        position += n;
        if (n != 0 && n != BLOCK) {
            throw invalid("the tar stream ends in a header");
        }
        return n == BLOCK;
    }

    private void skip(long bytes) throws IOException {
        long left = bytes;
        while (left > 0) {
            int n = in.read(skipBuffer, 0, (int) Math.min(skipBuffer.length, left));
            if (n < 0) {
                throw invalid("the tar stream ends in an entry");
            }
            left -= n;
            position += n;
        }
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private static ImageException invalid(String message) {
        return new ImageException(ImageFailure.LAYER_INVALID, message);
    }
}
