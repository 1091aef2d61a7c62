package dev.vt.manifest;

import com.ibm.icu.text.IDNA;
import dev.vt.kernel.Hostname;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Hostnames as people write them, in the form of {@link Hostname} (ingress.md R1). */
public final class Hostnames {
    /** Longer text than this is no name, whatever it maps to. */
    private static final int MAX_GIVEN = 4 * 253;

    /** Hyphens and lengths are checked by {@link Hostname}, in one place for both kinds of names. */
    private static final Set<IDNA.Error> CHECKED_THERE = EnumSet.of(
            IDNA.Error.EMPTY_LABEL,
            IDNA.Error.LABEL_TOO_LONG,
            IDNA.Error.DOMAIN_NAME_TOO_LONG,
            IDNA.Error.LEADING_HYPHEN,
            IDNA.Error.TRAILING_HYPHEN);

    private Hostnames() {}

    /**
     * UTS 46 (non-transitional) to A-labels, then {@link Hostname#normalize}. Empty if that is not a DNS name of at least two
     * labels, or is an IP literal or a wildcard. Idempotent.
     */
    public static Optional<String> normalize(String name) {
        if (name.length() > MAX_GIVEN) {
            return Optional.empty();
        }
        return Hostname.normalize(needsTables(name) ? Idna.toAscii(name) : name);
    }

    /** An A-label is decoded, so that one which no U-label maps to is refused. */
    private static boolean needsTables(String name) {
        return name.chars().anyMatch(c -> c >= 0x80)
                || name.toLowerCase(Locale.ROOT).contains("xn--");
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
            return CHECKED_THERE.containsAll(info.getErrors()) ? ascii : "";
        }
    }
}
