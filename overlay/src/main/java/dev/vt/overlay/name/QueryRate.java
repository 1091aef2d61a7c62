package dev.vt.overlay.name;

import dev.vt.overlay.address.Ipv6Prefix;
import java.util.LinkedHashMap;
import java.util.Map;

/** 200 queries a second for each asker (D5), with a second's burst. Thread-safe; remembers at most so many askers. */
final class QueryRate {
    private static final int PER_SECOND = 200;
    private static final int MOST_ASKERS = 4096;
    private static final double NANOS = 1e9;

    private record Bucket(double tokens, long at) {}

    private final Map<Ipv6Prefix, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Ipv6Prefix, Bucket> eldest) {
            return size() > MOST_ASKERS;
        }
    };

    /** @param nanos monotonic */
    synchronized boolean take(Ipv6Prefix asker, long nanos) {
        Bucket before = buckets.getOrDefault(asker, new Bucket(PER_SECOND, nanos));
        double tokens = Math.min(PER_SECOND, before.tokens() + (nanos - before.at()) / NANOS * PER_SECOND);
        boolean enough = tokens >= 1;
        buckets.put(asker, new Bucket(enough ? tokens - 1 : tokens, nanos));
        return enough;
    }
}
