package dev.vt.control.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** An answer as it came. */
public record TestReply(int status, HttpHeaders headers, byte[] body) {
    public JsonNode json() {
        return Json.parse(body);
    }

    /** Of a mutation. */
    public JsonNode resource() {
        return json().path("resource");
    }

    /** The resource's id. */
    public String id() {
        return resource().path("id").asText();
    }

    /** Of a problem. */
    public String code() {
        return json().path("code").asText();
    }

    public String receiptStatus() {
        return json().at("/receipt/status").asText();
    }

    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    @Override
    public String toString() {
        return status + " " + new String(body, StandardCharsets.UTF_8);
    }
}
