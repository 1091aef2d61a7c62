package dev.vt.manifest;

import dev.vt.manifest.schema.Shape.SizeShape;
import java.util.regex.Matcher;

/** Sizes as people write them: {@code 256Mi}, {@code 2Gi}. */
public final class Sizes {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private Sizes() {}

    /** @throws IllegalArgumentException if the text is not {@code <int>Mi} or {@code <int>Gi} */
    public static long bytes(String text) {
        Matcher size = SizeShape.FORM.matcher(text);
        if (!size.matches()) {
            throw new IllegalArgumentException("not a size: " + text);
        }
        String mebibytes = size.group(1);
        return mebibytes != null ? Long.parseLong(mebibytes) * MIB : Long.parseLong(size.group(2)) * GIB;
    }

    /** The shortest exact form; bytes if neither unit fits. */
    public static String text(long bytes) {
        if (bytes > 0 && bytes % GIB == 0) {
            return bytes / GIB + "Gi";
        }
        return bytes > 0 && bytes % MIB == 0 ? bytes / MIB + "Mi" : Long.toString(bytes);
    }
}
