package dev.vt.control.feature;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.http.Reply;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the answer to a mutation is made of, and what its idempotency record remembers (A6, A8). Never holds a secret.
 *
 * @param requestHash SHA-256 of method, path and canonical body
 * @param batchId to find the event id of a replay
 * @param changed whether events were appended
 * @param at RFC 3339
 * @param secretShown whether the first answer held a one-time secret
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Answer(
        String requestHash,
        String batchId,
        boolean changed,
        int status,
        String operation,
        String requestId,
        String at,
        Map<String, String> ids,
        List<Change> changes,
        @Nullable String waitKind,
        @Nullable String waitId,
        @Nullable String resourceId,
        boolean secretShown) {
    Answer {
        changes = List.copyOf(changes);
    }

    static Answer of(Draft draft, String requestHash, String operation, String requestId) {
        boolean changed = !draft.events().isEmpty();
        return new Answer(
                requestHash,
                draft.batchId(),
                changed,
                changed ? draft.status() : 200,
                operation,
                requestId,
                draft.now().toString(),
                draft.resultIds(),
                changed ? draft.changes() : List.of(),
                draft.waitKind(),
                draft.waitId(),
                draft.resourceId(),
                draft.oneTimeSecret() != null);
    }

    static Answer parse(byte[] content) {
        return Json.read(content, Answer.class);
    }

    byte[] bytes() {
        return Json.bytes(this);
    }

    /**
     * @param receiptStatus {@code applied}, {@code unchanged} or {@code replayed}
     * @param secret the one-time secret, in the first answer only
     */
    Reply reply(String receiptStatus, @Nullable Long eventId, @Nullable String secret, ResourceReader reader) {
        ObjectNode body = Json.object();
        Optional<ObjectNode> resource = Optional.ofNullable(resourceId).flatMap(reader::read);
        body.set("resource", resource.orElse(null));
        body.set("receipt", receipt(receiptStatus, eventId));
        if (secretShown) {
            body.put("secret", secret);
        }
        Reply.Document document = new Reply.Document(status, body, Map.of());
        if (eventId != null) {
            document = document.withHeader("Vt-Event-Id", eventId.toString());
        }
        if (resource.isPresent() && resource.get().has("resource_version")) {
            document = document.withHeader(
                    "ETag", Reply.etag(resource.get().get("resource_version").asLong()));
        }
        return document;
    }

    private ObjectNode receipt(String receiptStatus, @Nullable Long eventId) {
        ObjectNode out = Json.object();
        out.put("operation", operation);
        out.put("status", receiptStatus);
        out.put("request_id", requestId);
        out.put("event_id", eventId);
        out.put("at", at);
        ObjectNode idsNode = out.putObject("ids");
        ids.forEach(idsNode::put);
        var changesNode = out.putArray("changes");
        changes.forEach(change -> changesNode.add(Json.toTree(change)));
        if (waitKind == null || waitId == null) {
            out.putNull("wait");
        } else {
            out.putObject("wait").put("kind", waitKind).put("id", waitId);
        }
        return out;
    }
}
