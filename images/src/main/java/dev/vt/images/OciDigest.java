package dev.vt.images;

import dev.vt.kernel.Digests;
import java.util.regex.Pattern;

/**
 * A content digest of the only algorithm accepted here, written {@code sha256:} and 64 lower-case hexadecimal digits.
 *
 * @param hex the 64 digits
 */
public record OciDigest(String hex) implements Comparable<OciDigest> {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final String PREFIX = "sha256:";

    public OciDigest {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a SHA-256 digest");
        }
    }

    /** @throws IllegalArgumentException if the text is not {@code sha256:<64 hex digits>} */
    public static OciDigest parse(String text) {
        if (!isValid(text)) {
            throw new IllegalArgumentException("not a sha256 digest");
        }
        return new OciDigest(text.substring(PREFIX.length()));
    }

    public static boolean isValid(String text) {
        return text.startsWith(PREFIX)
                && HEX.matcher(text.substring(PREFIX.length())).matches();
    }

    public static OciDigest of(byte[] content) {
        return new OciDigest(Digests.sha256Hex(content));
    }

    @Override
    public int compareTo(OciDigest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
