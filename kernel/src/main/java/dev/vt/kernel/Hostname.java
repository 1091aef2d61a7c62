package dev.vt.kernel;

import java.util.Locale;
import java.util.Optional;

/**
 * The one form in which a hostname is stored, compared and looked up (ingress.md R1): lower case, no trailing dot, two labels
 * or more of letters, digits and inner hyphens, each of 1 to 63 characters, 253 in all (RFC 1035 §2.3.4, RFC 1123 §2.1). No IP
 * literal, no wildcard.
 *
 * <p>This is the whole rule for names that are ASCII already, as all names on the wire are (RFC 6066 §3). People may also write
 * U-labels: {@code dev.vt.manifest.Hostnames} maps those by UTS 46, then asks here (ADR 50).
 */
public final class Hostname {
    private static final int MAX_LENGTH = 253;
    private static final int MAX_LABEL = 63;

    private Hostname() {}

    /** The normal form; empty if that is no hostname. Idempotent; the cost is linear and bounded by the longest name. */
    public static Optional<String> normalize(String name) {
        int length = name.endsWith(".") ? name.length() - 1 : name.length();
        if (length > MAX_LENGTH) {
            return Optional.empty();
        }
        int labels = 1;
        int start = 0;
        for (int i = 0; i <= length; i++) {
            if (i < length && name.charAt(i) != '.') {
                if (!isLdh(name.charAt(i))) {
                    return Optional.empty();
                }
                continue;
            }
            if (i == start || i - start > MAX_LABEL || name.charAt(start) == '-' || name.charAt(i - 1) == '-') {
                return Optional.empty();
            }
            if (i < length) {
                labels++;
                start = i + 1;
            }
        }
        if (labels < 2 || isNumber(name, start, length)) {
            return Optional.empty();
        }
        return Optional.of(name.substring(0, length).toLowerCase(Locale.ROOT));
    }

    /**
     * Whether software takes this for an address and not for a name: it has a colon, or its last label is a number (WHATWG URL,
     * "ends in a number"), so {@code 127.1} and {@code a.0x7f} are such.
     */
    public static boolean isIpLiteral(String name) {
        int length = name.endsWith(".") ? name.length() - 1 : name.length();
        return name.indexOf(':') >= 0 || isNumber(name, name.lastIndexOf('.', length - 1) + 1, length);
    }

    /** Decimal, octal or hexadecimal digits. */
    private static boolean isNumber(String name, int from, int to) {
        boolean hex = to - from >= 2 && name.charAt(from) == '0' && (name.charAt(from + 1) | 0x20) == 'x';
        for (int i = hex ? from + 2 : from; i < to; i++) {
            char c = name.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            if (!digit && !(hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')) {
                return false;
            }
        }
        return to > from;
    }

    private static boolean isLdh(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-';
    }
}
