package dev.vt.manifest.toml;

/** How the place of a value is written: dotted keys, array elements as {@code [0]}. */
final class TomlPaths {
    private TomlPaths() {}

    static String child(String parent, String key) {
        return parent.isEmpty() ? quoted(key) : parent + "." + quoted(key);
    }

    static String element(String array, int index) {
        return array + "[" + index + "]";
    }

    /** A key as TOML needs it: bare if possible, else a basic string. */
    static String quoted(String key) {
        boolean bare = !key.isEmpty();
        for (int i = 0; i < key.length() && bare; i++) {
            char c = key.charAt(i);
            bare = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        }
        return bare ? key : basicString(key);
    }

    static String basicString(String value) {
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        value.codePoints().forEach(c -> appendEscaped(out, c));
        return out.append('"').toString();
    }

    static void appendEscaped(StringBuilder out, int codePoint) {
        switch (codePoint) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\t' -> out.append("\\t");
            case '\n' -> out.append("\\n");
            case '\f' -> out.append("\\f");
            case '\r' -> out.append("\\r");
            default -> {
                if (codePoint < 0x20 || codePoint == 0x7f) {
                    out.append(String.format("\\u%04X", codePoint));
                } else {
                    out.appendCodePoint(codePoint);
                }
            }
        }
    }
}
