package dev.vt.eventlog;

import org.jspecify.annotations.Nullable;

/**
 * Which events a reader wants; null components do not filter (S26).
 *
 * @param typePrefix for example {@code env.} or {@code env.created}
 */
public record EventFilter(
        @Nullable String orgId,
        @Nullable String projectId,
        @Nullable String appId,
        @Nullable String envId,
        @Nullable AggregateKey aggregate,
        @Nullable String typePrefix) {
    public static final EventFilter ALL = new EventFilter(null, null, null, null, null, null);

    public static EventFilter org(String orgId) {
        return new EventFilter(orgId, null, null, null, null, null);
    }

    public static EventFilter aggregate(AggregateKey aggregate) {
        return new EventFilter(null, null, null, null, aggregate, null);
    }

    public static EventFilter type(String prefix) {
        return new EventFilter(null, null, null, null, null, prefix);
    }
}
