package dev.vt.control.node;

import dev.vt.control.http.Checks;
import java.util.Map;
import java.util.regex.Pattern;

/** What labels of nodes look like. */
public final class NodeLabels {
    private static final int MAX = 64;
    private static final Pattern KEY = Pattern.compile("[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._:-]{0,128}");

    private NodeLabels() {}

    /** Adds what is wrong with them. */
    public static void check(Checks checks, String path, Map<String, String> labels) {
        checks.that(labels.size() <= MAX, path, "may be at most " + MAX);
        labels.forEach((key, value) -> {
            checks.that(
                    KEY.matcher(key).matches(),
                    path,
                    "must have keys of 1 to 63 of a-z 0-9 . _ / -, starting and ending with a letter or digit");
            checks.that(VALUE.matcher(value).matches(), path, "must have values of at most 128 of A-Z a-z 0-9 . _ : -");
        });
    }
}
