package dev.vt.control.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.EnumMap;
import java.util.Map;

/** Payload of {@code quota.set}; every form ever written has a golden file. */
final class QuotaEventCodec {
    private QuotaEventCodec() {}

    static ObjectNode payload(QuotaEvent event) {
        ObjectNode out = Json.object().put("tier", event.tier().text());
        ObjectNode limits = out.putObject("limits");
        event.limits().forEach((dimension, limit) -> limits.put(dimension.text(), limit));
        if (event.note() != null) {
            out.put("note", event.note());
        }
        return out;
    }

    static QuotaEvent parse(JsonNode payload) {
        Map<Dimension, Long> limits = new EnumMap<>(Dimension.class);
        payload.path("limits")
                .properties()
                .forEach(member -> limits.put(
                        Dimension.of(member.getKey()).orElseThrow(),
                        member.getValue().asLong()));
        return new QuotaEvent(
                Tier.of(payload.path("tier").asText("unlimited")).orElseThrow(),
                limits,
                payload.has("note") ? payload.get("note").asText() : null);
    }
}
