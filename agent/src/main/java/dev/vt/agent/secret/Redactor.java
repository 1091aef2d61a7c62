package dev.vt.agent.secret;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * Replaces exact secret values of at least 8 bytes, and their base64 and URL forms, by {@code [redacted:KEY]} (LG16). Works on
 * one line at a time; immutable until wiped.
 */
final class Redactor {
    private static final int SHORTEST = 8;
    private static final String BASE64 = "base64:";

    private final List<Pattern> patterns;

    private record Pattern(byte[] value, byte[] replacement) {}

    private Redactor(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    /** @param file a canonical secrets file (SE1): header, then {@code KEY=VALUE} lines */
    static Redactor of(byte[] file) {
        List<Pattern> patterns = new ArrayList<>();
        int begin = 0;
        while (begin < file.length) {
            int end = begin;
            while (end < file.length && file[end] != '\n') {
                end++;
            }
            addLine(file, begin, end, patterns);
            begin = end + 1;
        }
        // Longest first: a value that holds another one must not be cut by it.
        patterns.sort(Comparator.comparingInt((Pattern p) -> p.value().length).reversed());
        return new Redactor(List.copyOf(patterns));
    }

    private static void addLine(byte[] file, int begin, int end, List<Pattern> patterns) {
        int equals = begin;
        while (equals < end && file[equals] != '=') {
            equals++;
        }
        if (equals == end || file[begin] == '#') {
            return;
        }
        String key = new String(file, begin, equals - begin, StandardCharsets.US_ASCII);
        byte[] value = Arrays.copyOfRange(file, equals + 1, end);
        byte[] prefix = BASE64.getBytes(StandardCharsets.US_ASCII);
        if (value.length > prefix.length && Arrays.equals(value, 0, prefix.length, prefix, 0, prefix.length)) {
            try {
                value = Base64.getDecoder().decode(Arrays.copyOfRange(value, prefix.length, value.length));
            } catch (IllegalArgumentException e) {
                return;
            }
        }
        if (value.length < SHORTEST) {
            return;
        }
        byte[] replacement = ("[redacted:" + key + "]").getBytes(StandardCharsets.US_ASCII);
        patterns.add(new Pattern(value, replacement));
        patterns.add(new Pattern(Base64.getEncoder().withoutPadding().encode(value), replacement));
        byte[] url = URLEncoder.encode(new String(value, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1)
                .getBytes(StandardCharsets.US_ASCII);
        if (!Arrays.equals(url, value)) {
            patterns.add(new Pattern(url, replacement));
        }
    }

    byte[] apply(byte[] line) {
        byte[] current = line;
        for (Pattern pattern : patterns) {
            current = replace(current, pattern);
        }
        return current;
    }

    void wipe() {
        patterns.forEach(pattern -> Arrays.fill(pattern.value(), (byte) 0));
    }

    private static byte[] replace(byte[] line, Pattern pattern) {
        int found = indexOf(line, pattern.value(), 0);
        if (found < 0) {
            return line;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(line.length);
        int from = 0;
        while (found >= 0) {
            out.write(line, from, found - from);
            out.writeBytes(pattern.replacement());
            from = found + pattern.value().length;
            found = indexOf(line, pattern.value(), from);
        }
        out.write(line, from, line.length - from);
        return out.toByteArray();
    }

    private static int indexOf(byte[] line, byte[] value, int from) {
        for (int i = from; i <= line.length - value.length; i++) {
            if (line[i] == value[0] && Arrays.equals(line, i, i + value.length, value, 0, value.length)) {
                return i;
            }
        }
        return -1;
    }
}
