package dev.vt.eventlog;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one command appends: all of it or nothing (S5). At most 256 events, 512 preconditions, 64 side operations, 4 MiB.
 *
 * @param batchId {@code bat_…}; appending the same id again answers as the first time (S7)
 * @param proposedAt the proposer's clock; apply never reads one
 * @param requestId of the call
 * @param idempotencyKey of the call
 */
public record Batch(
        String batchId,
        Instant proposedAt,
        Actor actor,
        String requestId,
        @Nullable String idempotencyKey,
        List<Precondition> preconditions,
        List<NewEvent> events,
        List<SideOperation> sideOperations) {
    public static final int MAX_EVENTS = 256;
    public static final int MAX_PRECONDITIONS = 512;
    public static final int MAX_SIDE_OPERATIONS = 64;

    public Batch {
        preconditions = List.copyOf(preconditions);
        events = List.copyOf(events);
        sideOperations = List.copyOf(sideOperations);
        if (events.size() > MAX_EVENTS
                || preconditions.size() > MAX_PRECONDITIONS
                || sideOperations.size() > MAX_SIDE_OPERATIONS) {
            throw new IllegalArgumentException("batch too large: " + batchId);
        }
    }
}
