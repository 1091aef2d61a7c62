package dev.vt.eventlog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An event to be appended; apply gives it its {@code event_id} and {@code aggregate_seq}.
 *
 * @param aggregate exactly one
 * @param type {@code <aggregate type>.<past verb>}
 * @param version of the payload's schema, from 1
 * @param owner tenant ids
 * @param payload at most 64 KiB (256 KiB for {@code release.created} and {@code config.*}); no secret, no fraction
 * @param correlationId deploy, restore, migration or job id
 * @param causationId the event that made this one happen
 */
public record NewEvent(
        AggregateKey aggregate,
        String type,
        int version,
        Owner owner,
        ObjectNode payload,
        @Nullable String correlationId,
        @Nullable Long causationId) {
    public NewEvent(AggregateKey aggregate, String type, Owner owner, ObjectNode payload) {
        this(aggregate, type, 1, owner, payload, null, null);
    }

    public NewEvent correlatedWith(String id) {
        return new NewEvent(aggregate, type, version, owner, payload, id, causationId);
    }
}
