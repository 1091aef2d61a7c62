package dev.vt.control.user;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses of people: compared in lower case, checked for their form only. */
public final class Emails {
    private static final Pattern FORM = Pattern.compile("[^@\\s\\p{Cntrl}]{1,64}@[^@\\s\\p{Cntrl}]{1,189}");

    private Emails() {}

    public static String normal(@Nullable String text) {
        return Objects.requireNonNullElse(text, "").strip().toLowerCase(Locale.ROOT);
    }

    public static boolean valid(String email) {
        return FORM.matcher(email).matches();
    }
}
