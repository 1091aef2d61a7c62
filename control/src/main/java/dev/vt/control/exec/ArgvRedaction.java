package dev.vt.control.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Takes likely secrets out of a command before it is written down (exec-and-logs.md §5). */
final class ArgvRedaction {
    private static final Pattern TELLING =
            Pattern.compile("pass|secret|token|key|credential|auth", Pattern.CASE_INSENSITIVE);
    private static final String REDACTED = "[redacted]";
    private static final int MAX_WORD = 256;

    private ArgvRedaction() {}

    /** The value of every flag or assignment whose name sounds like a secret is replaced; long words are cut. */
    static List<String> redact(List<String> argv) {
        List<String> out = new ArrayList<>();
        boolean valueFollows = false;
        for (String word : argv) {
            int equals = word.indexOf('=');
            if (valueFollows && !word.startsWith("-")) {
                out.add(REDACTED);
                valueFollows = false;
            } else if (equals > 0 && TELLING.matcher(word.substring(0, equals)).find()) {
                out.add(word.substring(0, equals + 1) + REDACTED);
                valueFollows = false;
            } else {
                valueFollows = word.startsWith("-")
                        && equals < 0
                        && TELLING.matcher(word).find();
                out.add(word.length() > MAX_WORD ? word.substring(0, MAX_WORD) + "…" : word);
            }
        }
        return out;
    }
}
