package dev.vt.cli.output;

import dev.vt.cli.core.Session;
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
 * @param outcome of waiting: succeeded, failed or timeout; null without waiting
 * @param reasons for the outcome
 */
public record Receipt(
        String sentence,
        String target,
        Doc answer,
        String idempotencyKey,
        @Nullable String outcome,
        List<String> reasons,
        List<String> warnings,
        List<Next> next) {

    public Receipt {
        reasons = List.copyOf(reasons);
        warnings = List.copyOf(warnings);
        next = List.copyOf(next);
    }

    /** @param command one that parses in this program (C19) */
    public record Next(String label, String command) {}

    public Receipt(String sentence, String target, Doc answer, String idempotencyKey, List<Next> next) {
        this(sentence, target, answer, idempotencyKey, null, List.of(), List.of(), next);
    }

    public Receipt(
            String sentence,
            String target,
            Doc answer,
            String idempotencyKey,
            @Nullable String outcome,
            List<String> warnings,
            List<Next> next) {
        this(sentence, target, answer, idempotencyKey, outcome, List.of(), warnings, next);
    }

    public Receipt withOutcome(String result, List<String> why) {
        return new Receipt(sentence, target, answer, idempotencyKey, result, why, warnings, next);
    }

    public Receipt withWarnings(List<String> lines) {
        return new Receipt(sentence, target, answer, idempotencyKey, outcome, reasons, lines, next);
    }

    public Receipt withNext(List<Next> commands) {
        return new Receipt(sentence, target, answer, idempotencyKey, outcome, reasons, warnings, commands);
    }

    /** For a session's streams and format. */
    public void print(Session session) {
        print(session.out(), session.globals().isJson(), session.globals().isIds());
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
        line(
                out,
                "outcome",
                outcome == null ? "" : outcome + (reasons.isEmpty() ? "" : ": " + String.join("; ", reasons)));
        warnings.forEach(warning -> line(out, "warning", warning));
        line(out, "event", receipt.str("event_id"));
        line(out, "request", receipt.str("request_id"));
        next.forEach(command -> line(out, "next", command.command()));
    }

    private void printJson(PrintStream out, Doc receipt) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(receipt.members());
        fields.put("target", targetParts());
        fields.put("idempotency_key", idempotencyKey);
        fields.put("outcome", outcome);
        fields.put("reasons", reasons);
        fields.put("warnings", warnings);
        List<Object> commands = new ArrayList<>();
        next.forEach(command -> commands.add(Map.of("label", command.label(), "command", command.command())));
        fields.put("next", commands);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("schema", "vt.receipt/v1");
        document.put("receipt", fields);
        document.put("resource", answer.get("resource").value());
        if (!answer.get("secret").isNull()) {
            document.put("secret", answer.get("secret").value());
        }
        out.print(JsonWriter.document(document));
    }

    /** Org, project, app and env of the label; an org's name may hold a slash, the others' may not. */
    private @Nullable Map<String, @Nullable Object> targetParts() {
        if (target.isEmpty()) {
            return null;
        }
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        int at = target.lastIndexOf('@');
        String path = at < 0 ? target : target.substring(0, at);
        String[] names = path.split("/", -1);
        int below = Math.min(names.length - 1, 2);
        parts.put("org", String.join("/", List.of(names).subList(0, names.length - below)));
        parts.put("project", below > 0 ? names[names.length - below] : null);
        parts.put("app", below > 1 ? names[names.length - 1] : null);
        parts.put("env", at < 0 ? null : target.substring(at + 1));
        return parts;
    }

    /** {@code +}, {@code -}, {@code =} or {@code ~}. */
    public static String sign(Doc change) {
        return switch (change.str("op")) {
            case "create", "+" -> "+";
            case "delete", "-" -> "-";
            case "same", "=" -> "=";
            default -> "~";
        };
    }

    /** {@code web: replaces 2}, or {@code v11 -> v12, image 77ab0c12 -> 9c1e6f4d} for a release. */
    public static String what(Doc change) {
        String name = change.str("name");
        String summary = change.str("summary");
        String separator =
                name.isEmpty() || summary.isEmpty() ? "" : change.str("kind").equals("release") ? ", " : ": ";
        return name + separator + summary + (change.flag("destructive") ? " (destructive)" : "");
    }

    /** {@code ~ process web: replaces 2}. */
    public static String changeLine(Doc change) {
        return (sign(change) + " " + change.str("kind") + " " + what(change)).strip();
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
