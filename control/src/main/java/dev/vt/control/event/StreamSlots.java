package dev.vt.control.event;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.HashMap;
import java.util.Map;

/** Bounds how many streams an org has open at once (api.md §8). Thread-safe. */
final class StreamSlots {
    /** One open stream; closing gives it back. */
    interface Slot extends AutoCloseable {
        @Override
        void close();
    }

    private final int limit;
    private final Map<String, Integer> open = new HashMap<>();

    StreamSlots(int limit) {
        this.limit = limit;
    }

    /** @throws ProblemException {@code too_many_streams} */
    synchronized Slot take(String subject) {
        int now = open.getOrDefault(subject, 0);
        if (now >= limit) {
            throw new ProblemException(
                    Problem.of(ErrorCode.TOO_MANY_STREAMS, "there are " + limit + " event streams open already")
                            .withDetails(Map.of("limit", limit)));
        }
        open.put(subject, now + 1);
        return () -> give(subject);
    }

    private synchronized void give(String subject) {
        open.computeIfPresent(subject, (k, n) -> n == 1 ? null : n - 1);
    }
}
