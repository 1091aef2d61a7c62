package dev.vt.manifest;

import com.ibm.icu.text.IDNA;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The one form in which a hostname is stored, compared and looked up (ingress.md R1). */
public final class Hostnames {
    private static final int MAX_LENGTH = 253;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern ALL_DIGITS = Pattern.compile("[0-9]+|0x[0-9a-f]*");

    /** Hyphens and lengths are checked below, in one place for both kinds of names. */
    private static final Set<IDNA.Error> CHECKED_HERE = EnumSet.of(
            IDNA.Error.EMPTY_LABEL,
            IDNA.Error.LABEL_TOO_LONG,
            IDNA.Error.DOMAIN_NAME_TOO_LONG,
            IDNA.Error.LEADING_HYPHEN,
            IDNA.Error.TRAILING_HYPHEN);

    private Hostnames() {}

    /**
     * One trailing dot removed, UTS 46 (non-transitional) to A-labels, lower case. Empty if that is not a DNS name of at least
     * two labels, or is an IP literal or a wildcard. Idempotent.
     */
    public static Optional<String> normalize(String name) {
        if (name.length() > 4 * MAX_LENGTH) {
            return Optional.empty();
        }
        String ascii = isAscii(name) && !name.toLowerCase(Locale.ROOT).contains("xn--")
                ? name.toLowerCase(Locale.ROOT)
                : Idna.toAscii(name);
        if (ascii.endsWith(".")) {
            ascii = ascii.substring(0, ascii.length() - 1);
        }
        return isName(ascii) ? Optional.of(ascii) : Optional.empty();
    }

    private static boolean isName(String ascii) {
        String[] labels = ascii.split("\\.", -1);
        if (ascii.length() > MAX_LENGTH || labels.length < 2) {
            return false;
        }
        for (String label : labels) {
            if (!LABEL.matcher(label).matches()) {
                return false;
            }
        }
        // A last label of digits only makes resolvers read the name as an IPv4 address (WHATWG URL, "ends in a
        // number").
        return !ALL_DIGITS.matcher(labels[labels.length - 1]).matches();
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** Loaded only for names that need it: the tables are large. */
    private static final class Idna {
        private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.USE_STD3_RULES
                | IDNA.CHECK_BIDI
                | IDNA.CHECK_CONTEXTJ
                | IDNA.NONTRANSITIONAL_TO_ASCII
                | IDNA.NONTRANSITIONAL_TO_UNICODE);

        /** The A-label form, or text that is no name. */
        static String toAscii(String name) {
            IDNA.Info info = new IDNA.Info();
            String ascii = UTS46.nameToASCII(name, new StringBuilder(), info).toString();
            return CHECKED_HERE.containsAll(info.getErrors()) ? ascii.toLowerCase(Locale.ROOT) : "";
        }
    }
}
