package dev.vt.control.enrollment;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a token lets a machine become. */
public enum MemberKind {
    NODE,
    EDGE,
    SERVER;

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of the ids of this kind. */
    String idPrefix() {
        return this == SERVER ? "srv" : wire();
    }

    static Optional<MemberKind> of(String wire) {
        return Arrays.stream(values()).filter(kind -> kind.wire().equals(wire)).findFirst();
    }
}
