package dev.vt.cli.output;

import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a mutation prints (cli.md §5): the server's receipt with the target, the outcome of waiting and the next commands.
 *
 * @param sentence past tense, without a full stop
 * @param target {@code acme/web/shop@prod}, or empty
 * @param answer the server's {@code {resource, receipt}}
 * @param outcome of waiting, or null
 */
public record Receipt(
        String sentence,
        String target,
        Doc answer,
        String idempotencyKey,
        @Nullable String outcome,
        List<String> warnings,
        List<Next> next) {

    public Receipt {
        warnings = List.copyOf(warnings);
        next = List.copyOf(next);
    }

    /** @param command one that parses in this program (C19) */
    public record Next(String label, String command) {}

    public Receipt(String sentence, String target, Doc answer, String idempotencyKey, List<Next> next) {
        this(sentence, target, answer, idempotencyKey, null, List.of(), next);
    }

    public Receipt withOutcome(String result) {
        return new Receipt(sentence, target, answer, idempotencyKey, result, warnings, next);
    }

    public Receipt withNext(List<Next> commands) {
        return new Receipt(sentence, target, answer, idempotencyKey, outcome, warnings, commands);
    }

    public void print(PrintStream out, boolean json, boolean ids) {
        Doc receipt = answer.get("receipt");
        if (json) {
            printJson(out, receipt);
            return;
        }
        if (ids) {
            out.println(answer.at("resource.id").text().orElseGet(() -> receipt.str("wait.id")));
            return;
        }
        String word = switch (receipt.str("status")) {
            case "unchanged" -> "SAME";
            case "replayed" -> "AGAIN";
            default -> "OK";
        };
        out.println(pad(word, 6) + Text.safe(sentence));
        line(out, "target", target);
        receipt.get("ids").members().forEach((kind, id) -> line(out, kind, String.valueOf(id)));
        for (Doc change : receipt.list("changes")) {
            line(out, "change", changeLine(change));
        }
        line(out, "outcome", outcome == null ? "" : outcome);
        warnings.forEach(warning -> line(out, "warning", warning));
        line(out, "event", receipt.str("event_id"));
        line(out, "request", receipt.str("request_id"));
        next.forEach(command -> line(out, "next", command.command()));
    }

    private void printJson(PrintStream out, Doc receipt) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(receipt.members());
        fields.put("target", target.isEmpty() ? null : target);
        fields.put("idempotency_key", idempotencyKey);
        fields.put("outcome", outcome);
        fields.put("warnings", warnings);
        List<Object> commands = new ArrayList<>();
        next.forEach(command -> commands.add(Map.of("label", command.label(), "command", command.command())));
        fields.put("next", commands);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("schema", "vt.receipt/v1");
        document.put("receipt", fields);
        document.put("resource", answer.get("resource").value());
        out.print(JsonWriter.document(document));
    }

    /** {@code ~ process web: replaces 2}. */
    public static String changeLine(Doc change) {
        String op = switch (change.str("op")) {
            case "create", "+" -> "+";
            case "delete", "-" -> "-";
            case "same", "=" -> "=";
            default -> "~";
        };
        String summary = change.str("summary");
        String name = change.str("name");
        String text = op + " " + change.str("kind") + (name.isEmpty() ? "" : " " + name)
                + (summary.isEmpty() ? "" : ": " + summary);
        return change.flag("destructive") ? text + " (destructive)" : text;
    }

    private static void line(PrintStream out, String label, String value) {
        if (!value.isEmpty()) {
            out.println("      " + pad(label, 10) + Text.safe(value));
        }
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text + " " : text + " ".repeat(width - text.length());
    }
}
