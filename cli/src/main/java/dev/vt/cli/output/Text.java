package dev.vt.cli.output;

/** User data on a terminal: control characters are shown, never obeyed (C9). */
public final class Text {
    private Text() {}

    public static String safe(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 && c != '\t' || c >= 0x7f && c < 0xa0) {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16).append(text, 0, i);
                }
                out.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else if (out != null) {
                out.append(c);
            }
        }
        return out == null ? text : out.toString();
    }

    /** {@code 2030-01-02T03:04:05.678Z} as {@code 2030-01-02 03:04:05Z}. */
    public static String time(String rfc3339) {
        return rfc3339.length() >= 19 && rfc3339.charAt(10) == 'T'
                ? rfc3339.substring(0, 10) + " " + rfc3339.substring(11, 19) + "Z"
                : rfc3339;
    }

    /** At most {@code width} characters, the last of them {@code …} if something is cut. */
    public static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }

    /** 268435456 as {@code 256Mi}; exact or not at all. */
    public static String size(long bytes) {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "Gi";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "Mi";
        }
        return Long.toString(bytes);
    }
}
