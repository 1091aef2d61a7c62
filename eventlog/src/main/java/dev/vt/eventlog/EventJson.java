package dev.vt.eventlog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** The envelope as JSON (state.md §1): what is hashed, streamed and served. Absent fields are left out, never null. */
public final class EventJson {
    private EventJson() {}

    /** With {@code chain_hash}; the event of gRPC, SSE and HTTP. */
    public static ObjectNode write(StoredEvent event) {
        ObjectNode json = writeWithoutHash(event);
        json.put("chain_hash", event.chainHash());
        return json;
    }

    /** What {@code chain_hash} covers, together with the hash before it. */
    public static ObjectNode writeWithoutHash(StoredEvent event) {
        ObjectNode json = Json.object();
        json.put("event_id", event.eventId());
        json.put("occurred_at", time(event.occurredAt()));
        json.put("aggregate_type", event.aggregate().type());
        json.put("aggregate_id", event.aggregate().id());
        json.put("aggregate_seq", event.aggregateSeq());
        json.put("event_type", event.type());
        json.put("event_version", event.version());
        json.put("actor_type", event.actor().type());
        json.put("actor_id", event.actor().id());
        put(json, "org_id", event.owner().orgId());
        put(json, "project_id", event.owner().projectId());
        put(json, "app_id", event.owner().appId());
        put(json, "env_id", event.owner().envId());
        json.put("request_id", event.requestId());
        json.put("batch_id", event.batchId());
        json.put("batch_index", event.batchIndex());
        put(json, "idempotency_key", event.idempotencyKey());
        put(json, "correlation_id", event.correlationId());
        if (event.causationId() != null) {
            json.put("causation_id", event.causationId());
        }
        json.set("payload", event.payload());
        return json;
    }

    /** The inverse of {@link #write}. */
    public static StoredEvent read(JsonNode json) {
        return new StoredEvent(
                json.required("event_id").longValue(),
                Instant.parse(json.required("occurred_at").textValue()),
                new AggregateKey(
                        json.required("aggregate_type").textValue(),
                        json.required("aggregate_id").textValue()),
                json.required("aggregate_seq").intValue(),
                json.required("event_type").textValue(),
                json.required("event_version").intValue(),
                new Actor(
                        json.required("actor_type").textValue(),
                        json.required("actor_id").textValue()),
                new Owner(text(json, "org_id"), text(json, "project_id"), text(json, "app_id"), text(json, "env_id")),
                json.required("request_id").textValue(),
                json.required("batch_id").textValue(),
                json.required("batch_index").intValue(),
                text(json, "idempotency_key"),
                text(json, "correlation_id"),
                json.hasNonNull("causation_id") ? json.get("causation_id").longValue() : null,
                (ObjectNode) json.required("payload"),
                json.required("chain_hash").textValue());
    }

    /** RFC 3339 in UTC with exactly six digits of fraction: the same instant is always the same text. */
    public static String time(Instant instant) {
        OffsetDateTime utc = instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
        if (utc.getYear() < 0 || utc.getYear() > 9999) {
            throw new IllegalArgumentException("year out of range: " + instant);
        }
        StringBuilder out = new StringBuilder(27);
        digits(out, utc.getYear(), 4).append('-');
        digits(out, utc.getMonthValue(), 2).append('-');
        digits(out, utc.getDayOfMonth(), 2).append('T');
        digits(out, utc.getHour(), 2).append(':');
        digits(out, utc.getMinute(), 2).append(':');
        digits(out, utc.getSecond(), 2).append('.');
        return digits(out, utc.getNano() / 1000, 6).append('Z').toString();
    }

    private static StringBuilder digits(StringBuilder out, int value, int width) {
        String text = Integer.toString(value);
        return out.repeat('0', width - text.length()).append(text);
    }

    private static void put(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static @Nullable String text(JsonNode json, String name) {
        return json.hasNonNull(name) ? json.get(name).textValue() : null;
    }
}
