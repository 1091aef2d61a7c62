package dev.vt.control.quota;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Limits by the dozen. A tier never gets smaller: that would be a change of what was promised. */
enum Tier {
    UNLIMITED(Map.of()),
    SMALL(Map.of(
            Dimension.MAX_APPS, 5L,
            Dimension.MAX_ENVS, 10L,
            Dimension.MAX_INSTANCES, 20L,
            Dimension.MAX_TOTAL_MEMORY_BYTES, 16L << 30,
            Dimension.MAX_TOTAL_CPU_MILLIS, 16_000L,
            Dimension.MAX_ROUTES, 20L,
            Dimension.MAX_HOSTNAMES, 20L,
            Dimension.MAX_PUBLIC_PORTS, 2L,
            Dimension.MAX_EXEC_SESSIONS, 10L)),
    STANDARD(Map.of(
            Dimension.MAX_APPS, 50L,
            Dimension.MAX_ENVS, 100L,
            Dimension.MAX_INSTANCES, 500L,
            Dimension.MAX_TOTAL_MEMORY_BYTES, 512L << 30,
            Dimension.MAX_TOTAL_CPU_MILLIS, 500_000L,
            Dimension.MAX_ROUTES, 500L,
            Dimension.MAX_HOSTNAMES, 500L,
            Dimension.MAX_PUBLIC_PORTS, 20L,
            Dimension.MAX_EXEC_SESSIONS, 50L));

    private final Map<Dimension, Long> limits;

    Tier(Map<Dimension, Long> limits) {
        this.limits = Map.copyOf(limits);
    }

    /** The tier's limits with the org's own in their place, in the order of the dimensions. */
    Map<Dimension, Long> with(Map<Dimension, Long> own) {
        Map<Dimension, Long> out = new EnumMap<>(Dimension.class);
        out.putAll(limits);
        out.putAll(own);
        return out;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Tier> of(String text) {
        return Stream.of(values()).filter(one -> one.text().equals(text)).findFirst();
    }
}
