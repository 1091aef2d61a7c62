package dev.vt.scheduler.view;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A condition on labels: {@code key=value}, {@code key!=value}, {@code key} or {@code !key} (manifest.md §1).
 *
 * @param value null: only presence counts
 * @param negated the condition must not hold; an absent key satisfies {@code key!=value}
 */
public record LabelTerm(String key, @Nullable String value, boolean negated) {

    /** @throws IllegalArgumentException if the key is empty */
    public static LabelTerm parse(String text) {
        int equals = text.indexOf('=');
        LabelTerm term;
        if (equals > 0 && text.charAt(equals - 1) == '!') {
            term = new LabelTerm(text.substring(0, equals - 1), text.substring(equals + 1), true);
        } else if (equals >= 0) {
            term = new LabelTerm(text.substring(0, equals), text.substring(equals + 1), false);
        } else if (text.startsWith("!")) {
            term = new LabelTerm(text.substring(1), null, true);
        } else {
            term = new LabelTerm(text, null, false);
        }
        if (term.key.isEmpty()) {
            throw new IllegalArgumentException("label term without key: " + text);
        }
        return term;
    }

    public boolean holds(Map<String, String> labels) {
        String actual = labels.get(key);
        boolean present = value == null ? actual != null : value.equals(actual);
        return present != negated;
    }

    @Override
    public String toString() {
        if (value == null) {
            return negated ? "!" + key : key;
        }
        return key + (negated ? "!=" : "=") + value;
    }
}
