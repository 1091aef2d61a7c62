package dev.vt.simulation.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;

/** A line of a history's file, both ways. */
final class OperationJson {
    private OperationJson() {}

    static ObjectNode write(Operation operation) {
        ObjectNode out = Json.object()
                .put("client", operation.client())
                .put("server", operation.server())
                .put("invoked", operation.invoked())
                .put("returned", operation.returned())
                .put("key", operation.key());
        switch (operation.call()) {
            case Call.Read read ->
                out.put("call", "read").put("consistency", read.consistency().name());
            case Call.CompareAndSet set ->
                out.put("call", "cas").put("expected", set.expected()).put("to", set.value());
            case Call.Add add -> out.put("call", "add");
        }
        switch (operation.outcome()) {
            case Outcome.Seen seen ->
                out.put("outcome", "seen").put("version", seen.version()).put("value", seen.value());
            case Outcome.Added added -> out.put("outcome", "added").put("id", added.id());
            case Outcome.Refused refused -> out.put("outcome", "refused").put("code", refused.code());
            case Outcome.Unknown unknown -> out.put("outcome", "unknown").put("why", unknown.why());
        }
        return out;
    }

    static Operation read(JsonNode line) {
        return new Operation(
                line.required("client").intValue(),
                line.required("server").intValue(),
                call(line),
                line.required("invoked").longValue(),
                line.required("returned").longValue(),
                outcome(line));
    }

    private static Call call(JsonNode line) {
        String key = text(line, "key");
        return switch (text(line, "call")) {
            case "read" -> new Call.Read(key, Call.Consistency.valueOf(text(line, "consistency")));
            case "cas" -> new Call.CompareAndSet(key, line.required("expected").intValue(), text(line, "to"));
            case "add" -> new Call.Add(key);
            default -> throw new IllegalArgumentException("not a call: " + line);
        };
    }

    private static Outcome outcome(JsonNode line) {
        return switch (text(line, "outcome")) {
            case "seen" -> new Outcome.Seen(line.required("version").intValue(), text(line, "value"));
            case "added" -> new Outcome.Added(text(line, "id"));
            case "refused" -> new Outcome.Refused(text(line, "code"));
            case "unknown" -> new Outcome.Unknown(text(line, "why"));
            default -> throw new IllegalArgumentException("not an outcome: " + line);
        };
    }

    private static String text(JsonNode line, String field) {
        return line.required(field).textValue();
    }
}
