package dev.vt.control.quota;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code quota.set}: what holds from now on, all of it.
 *
 * @param limits the org's own, in place of the tier's
 * @param note for people
 */
record QuotaEvent(
        Tier tier, Map<Dimension, Long> limits, @Nullable String note) {
    static final String SET = "quota.set";

    QuotaEvent {
        Map<Dimension, Long> ordered = new EnumMap<>(Dimension.class);
        ordered.putAll(limits);
        limits = Collections.unmodifiableMap(ordered);
    }
}
