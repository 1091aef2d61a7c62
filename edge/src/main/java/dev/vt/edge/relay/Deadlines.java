package dev.vt.edge.relay;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * Connections in the order in which one kind of patience with them ends. All wait equally long, so the first in is the
 * first due and nothing is ever sorted; where patience was shortened meanwhile, who comes after has that of those before.
 * Used by one loop.
 */
final class Deadlines {
    private final LongSupplier patience;
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();

    /** @param attempt of the connection that is waited for; a later one is not this entry's business */
    private record Entry(Connection connection, int attempt, long due) {}

    Deadlines(LongSupplier patienceNanos) {
        this.patience = patienceNanos;
    }

    void add(Connection connection, int attempt, long now) {
        queue.add(new Entry(connection, attempt, now + patience.getAsLong()));
    }

    /** Tells what is due, and forgets what is no longer waited for. */
    void expire(long now) {
        for (Entry head = queue.peek(); head != null; head = queue.peek()) {
            boolean waiting = head.connection().isAtAttempt(head.attempt());
            if (waiting && head.due() - now > 0) {
                return;
            }
            queue.remove();
            if (waiting) {
                head.connection().patienceEnded();
            }
        }
    }

    /** Nanoseconds to the next one; {@code otherwise} if there is none. */
    long untilNext(long now, long otherwise) {
        Entry head = queue.peek();
        return head == null ? otherwise : Math.clamp(head.due() - now, 0, otherwise);
    }
}
