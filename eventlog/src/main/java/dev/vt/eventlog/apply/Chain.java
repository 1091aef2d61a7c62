package dev.vt.eventlog.apply;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.vt.eventlog.EventJson;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The hash chain: {@code SHA-256(previous hash ‖ RFC 8785 form of the event without chain_hash)} (state.md §1). */
public final class Chain {
    private Chain() {}

    /** By the book, from the event alone. */
    public static String next(String previous, StoredEvent event) {
        return hash(previous, CanonicalJson.text(EventJson.writeWithoutHash(event)));
    }

    /** The same, from a payload that is canonical already; the event's own payload is not looked at. */
    public static String next(String previous, StoredEvent event, String canonicalPayload) {
        return hash(previous, canonical(event, canonicalPayload));
    }

    private static String hash(String previous, String canonical) {
        MessageDigest digest = Digests.newSha256();
        digest.update(HexFormat.of().parseHex(previous));
        return HexFormat.of().formatHex(digest.digest(canonical.getBytes(StandardCharsets.UTF_8)));
    }

    /** Members in the order of RFC 8785, which is that of their names. */
    static String canonical(StoredEvent event, String canonicalPayload) {
        StringBuilder out = new StringBuilder(512 + canonicalPayload.length());
        out.append('{');
        text(out, "actor_id", event.actor().id());
        text(out, "actor_type", event.actor().type());
        text(out, "aggregate_id", event.aggregate().id());
        number(out, "aggregate_seq", event.aggregateSeq());
        text(out, "aggregate_type", event.aggregate().type());
        text(out, "app_id", event.owner().appId());
        text(out, "batch_id", event.batchId());
        number(out, "batch_index", event.batchIndex());
        if (event.causationId() != null) {
            number(out, "causation_id", event.causationId());
        }
        text(out, "correlation_id", event.correlationId());
        text(out, "env_id", event.owner().envId());
        number(out, "event_id", event.eventId());
        text(out, "event_type", event.type());
        number(out, "event_version", event.version());
        text(out, "idempotency_key", event.idempotencyKey());
        text(out, "occurred_at", EventJson.time(event.occurredAt()));
        text(out, "org_id", event.owner().orgId());
        name(out, "payload").append(canonicalPayload);
        text(out, "project_id", event.owner().projectId());
        text(out, "request_id", event.requestId());
        return out.append('}').toString();
    }

    private static StringBuilder name(StringBuilder out, String name) {
        if (out.length() > 1) {
            out.append(',');
        }
        return out.append('"').append(name).append("\":");
    }

    private static void number(StringBuilder out, String name, long value) {
        name(out, name).append(value);
    }

    private static void text(StringBuilder out, String name, @Nullable String value) {
        if (value == null) {
            return;
        }
        if (isPlain(value)) {
            name(out, name).append('"').append(value).append('"');
        } else {
            name(out, name).append(CanonicalJson.text(TextNode.valueOf(value)));
        }
    }

    /** Ids nearly always are: nothing in them needs an escape. */
    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
