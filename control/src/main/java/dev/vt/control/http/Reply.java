package dev.vt.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a handler answers. */
public sealed interface Reply {
    /** A JSON document with these extra headers. */
    record Document(int status, JsonNode body, Map<String, String> headers) implements Reply {
        public Document {
            headers = Map.copyOf(headers);
        }

        public Document withHeader(String name, String value) {
            Map<String, String> more = new TreeMap<>(headers);
            more.put(name, value);
            return new Document(status, body, more);
        }
    }

    /** Bytes of another media type. */
    record Bytes(int status, String contentType, byte[] content) implements Reply {}

    /**
     * SSE, or NDJSON if the client asks for it (A15); the body runs on the connection's thread until it returns.
     *
     * @param release runs once in any case, even if the body never does
     */
    record Stream(StreamBody body, Runnable release) implements Reply {}

    static Document ok(JsonNode body) {
        return new Document(200, body, Map.of());
    }

    /** One resource: 200 with its {@code resource_version} as ETag (A10). */
    static Document resource(ObjectNode resource) {
        return ok(resource)
                .withHeader("ETag", etag(resource.path("resource_version").asLong()));
    }

    static Document page(List<? extends JsonNode> items, @Nullable String nextCursor) {
        ObjectNode body = Json.object();
        ArrayNode array = body.putArray("items");
        items.forEach(array::add);
        body.put("next_cursor", nextCursor);
        return ok(body);
    }

    static Reply stream(StreamBody body) {
        return new Stream(body, () -> {});
    }

    static String etag(long resourceVersion) {
        return "\"" + resourceVersion + "\"";
    }
}
