package dev.vt.eventlog.apply;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.AppendResult;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.util.Map;

/** An answer as it is kept for a batch that is appended again (S7). */
final class AnswerJson {
    private static final ObjectReader FACTS = Json.MAPPER
            .readerFor(new TypeReference<Map<String, Object>>() {})
            .with(DeserializationFeature.USE_LONG_FOR_INTS);

    private AnswerJson() {}

    static String write(AppendResult result) {
        ObjectNode json = Json.object();
        switch (result) {
            case AppendResult.Applied(long first, long last) ->
                json.put("first", first).put("last", last);
            case AppendResult.Rejected(int index, String kind, Map<String, Object> facts) -> {
                json.put("index", index).put("kind", kind);
                json.set("facts", Json.toTree(facts));
            }
            case AppendResult.Unknown unknown ->
                throw new IllegalArgumentException("an unknown outcome is no answer: " + unknown);
        }
        return CanonicalJson.text(json);
    }

    static AppendResult read(String text) {
        JsonNode json = Json.parse(text);
        if (json.has("first")) {
            return new AppendResult.Applied(
                    json.required("first").longValue(), json.required("last").longValue());
        }
        return new AppendResult.Rejected(
                json.required("index").intValue(), json.required("kind").textValue(), facts(json.required("facts")));
    }

    /** Numbers as {@code Long}, as they were in the first answer: equal then means equal. */
    private static Map<String, Object> facts(JsonNode json) {
        try {
            return FACTS.readValue(json);
        } catch (IOException e) {
            throw new IllegalStateException("a kept answer has facts that are no object", e);
        }
    }
}
