package dev.vt.control.event;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/** Bounds how many streams an org has open at once (api.md §8). Thread-safe. */
final class StreamSlots {
    /** One open stream; closing gives it back. */
    interface Slot extends AutoCloseable {
        @Override
        void close();
    }

    private final IntSupplier most;
    private final Map<String, Integer> open = new HashMap<>();

    /** @param most asked anew for each stream */
    StreamSlots(IntSupplier most) {
        this.most = most;
    }

    /** @throws ProblemException {@code too_many_streams} */
    synchronized Slot take(String subject) {
        int limit = most.getAsInt();
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
