package dev.vt.manifest.secrets;

import dev.vt.manifest.secrets.SecretFinding.Code;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The grammar of secrets.md §1, on bytes. Collects everything that is wrong. One thread, one use. */
final class SecretFileParser {
    /** Comments may make a file larger than its canonical form, but not without limit. */
    private static final int MAX_FILE_BYTES = 1 << 20;

    private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] HEADER = SecretBundle.HEADER.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANY_VERSION = "# VT_SECRETS_V".getBytes(StandardCharsets.US_ASCII);

    private final byte[] file;
    private final List<SecretFinding> findings = new ArrayList<>();
    private final SortedMap<String, SecretBytes> values = new TreeMap<>();
    private boolean headerSeen;

    SecretFileParser(byte[] file) {
        this.file = file;
    }

    List<SecretFinding> findings() {
        return findings;
    }

    SortedMap<String, SecretBytes> parse() {
        if (file.length > MAX_FILE_BYTES) {
            add(Code.TOO_LARGE, 0, null);
            return values;
        }
        int malformed = firstMalformed(file, 0, file.length);
        if (malformed >= 0) {
            int line = 1;
            for (int i = 0; i < malformed; i++) {
                line += file[i] == '\n' ? 1 : 0;
            }
            add(Code.NOT_UTF8, line, null);
            return values;
        }
        int start = 0;
        if (startsWith(file, 0, file.length, BOM)) {
            add(Code.BOM, 1, null);
            start = BOM.length;
        }
        for (int line = 1; start < file.length; line++) {
            int end = start;
            while (end < file.length && file[end] != '\n') {
                end++;
            }
            int last = end > start && end < file.length && file[end - 1] == '\r' ? end - 1 : end;
            line(start, last, line);
            start = end + 1;
        }
        if (!headerSeen) {
            add(Code.HEADER, 1, null);
        }
        return values;
    }

    private void line(int start, int end, int line) {
        for (int i = start; i < end; i++) {
            if (file[i] == '\r') {
                add(Code.LINE_ENDING, line, null);
                return;
            }
        }
        if (isBlank(start, end)) {
            return;
        }
        if (!headerSeen) {
            headerSeen = true;
            header(start, end, line);
        } else if (file[start] == '#') {
            if (hasControl(file, start, end)) {
                add(Code.CONTROL_CHAR, line, null);
            }
        } else {
            entry(start, end, line);
        }
    }

    private void header(int start, int end, int line) {
        if (Arrays.equals(file, start, end, HEADER, 0, HEADER.length)) {
            return;
        }
        int digits = start + ANY_VERSION.length;
        boolean version = startsWith(file, start, end, ANY_VERSION) && digits < end;
        for (int i = digits; i < end && version; i++) {
            version = file[i] >= '0' && file[i] <= '9';
        }
        add(version && file[digits] != '0' ? Code.UNSUPPORTED_VERSION : Code.HEADER, line, null);
        if (isKey(start, start + 1)) {
            entry(start, end, line);
        }
    }

    private void entry(int start, int end, int line) {
        int equals = start;
        while (equals < end && file[equals] != '=') {
            equals++;
        }
        if (equals == end || equals - start > 128 || !isKey(start, equals)) {
            add(Code.KEY, line, null);
            return;
        }
        String key = new String(file, start, equals - start, StandardCharsets.US_ASCII);
        SecretBytes value = value(equals + 1, end, line, key);
        if (value == null) {
            return;
        }
        if (values.containsKey(key)) {
            add(Code.DUPLICATE_KEY, line, key);
            value.close();
        } else {
            values.put(key, value);
        }
    }

    private @Nullable SecretBytes value(int start, int end, int line, String key) {
        if (startsWith(file, start, end, SecretBundle.BASE64)) {
            return decoded(start + SecretBundle.BASE64.length, end, line, key);
        }
        if (hasControl(file, start, end)) {
            add(Code.CONTROL_CHAR, line, key);
            return null;
        }
        if (end - start > SecretBundle.MAX_PLAIN_BYTES) {
            add(Code.TOO_LARGE, line, key);
            return null;
        }
        return SecretBytes.owning(Arrays.copyOfRange(file, start, end));
    }

    private @Nullable SecretBytes decoded(int start, int end, int line, String key) {
        byte[] text = Arrays.copyOfRange(file, start, end);
        byte[] value;
        try {
            value = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            add(Code.BASE64, line, key);
            return null;
        }
        // The decoder is lenient about padding and unused bits; writing it again is not.
        byte[] again = Base64.getEncoder().encode(value);
        boolean exact = Arrays.equals(text, again);
        Arrays.fill(text, (byte) 0);
        Arrays.fill(again, (byte) 0);
        if (!exact || value.length > SecretBundle.MAX_VALUE_BYTES) {
            Arrays.fill(value, (byte) 0);
            add(exact ? Code.TOO_LARGE : Code.BASE64, line, key);
            return null;
        }
        return SecretBytes.owning(value);
    }

    private void add(Code code, int line, @Nullable String key) {
        findings.add(new SecretFinding(code, line, key));
    }

    private boolean isBlank(int start, int end) {
        for (int i = start; i < end; i++) {
            if (file[i] != ' ' && file[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    private boolean isKey(int start, int end) {
        for (int i = start; i < end; i++) {
            byte c = file[i];
            boolean letter = (c >= 'A' && c <= 'Z') || c == '_';
            if (!letter && (i == start || c < '0' || c > '9')) {
                return false;
            }
        }
        return end > start;
    }

    static boolean startsWith(byte[] text, int start, int end, byte[] prefix) {
        return end - start >= prefix.length
                && Arrays.equals(text, start, start + prefix.length, prefix, 0, prefix.length);
    }

    /** U+0000 to 1F but TAB, and U+007F to 9F, in valid UTF-8. */
    static boolean hasControl(byte[] text, int start, int end) {
        for (int i = start; i < end; i++) {
            int c = text[i] & 0xff;
            boolean c1 = c == 0xc2 && i + 1 < end && (text[i + 1] & 0xff) < 0xa0;
            if ((c < 0x20 && c != '\t') || c == 0x7f || c1) {
                return true;
            }
        }
        return false;
    }

    /** The offset of the first byte that is not UTF-8; -1 if all are. */
    static int firstMalformed(byte[] text, int start, int end) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(text, start, end - start);
        CharBuffer scratch = CharBuffer.allocate(1024);
        while (true) {
            CoderResult result = decoder.decode(in, scratch, true);
            Arrays.fill(scratch.array(), '\0');
            scratch.clear();
            if (result.isError()) {
                return in.position();
            }
            if (result.isUnderflow()) {
                return -1;
            }
        }
    }
}
