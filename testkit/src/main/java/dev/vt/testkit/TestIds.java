package dev.vt.testkit;

import dev.vt.kernel.IdSource;
import dev.vt.kernel.Ids;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Valid, ascending ids that are the same in every run. Thread-safe. */
public final class TestIds implements IdSource {
    private static final Clock FIXED = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    private final AtomicLong count = new AtomicLong();

    @Override
    public String next(String prefix) {
        long number = count.incrementAndGet();
        RandomGenerator counting = () -> number;
        return Ids.uuidV7(FIXED, counting).next(prefix);
    }
}
