package dev.vt.eventlog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An event as it stands in the log (state.md §1). */
public record StoredEvent(
        long eventId,
        Instant occurredAt,
        AggregateKey aggregate,
        int aggregateSeq,
        String type,
        int version,
        Actor actor,
        Owner owner,
        String requestId,
        String batchId,
        int batchIndex,
        @Nullable String idempotencyKey,
        @Nullable String correlationId,
        @Nullable Long causationId,
        ObjectNode payload,
        String chainHash) {}
