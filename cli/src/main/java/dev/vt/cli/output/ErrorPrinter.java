package dev.vt.cli.output;

import dev.vt.cli.core.CliError;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one place that prints an error (cli.md §7). */
public final class ErrorPrinter {
    private ErrorPrinter() {}

    public static void print(PrintStream err, CliError error, boolean json) {
        if (json) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("category", error.category());
            fields.put("exit_code", error.exitCode());
            fields.put("code", error.code());
            fields.put("message", error.message());
            fields.put("hint", error.fix());
            fields.put("retryable", error.retryable());
            fields.put("retry_after_seconds", error.retryAfterSeconds());
            fields.put("request_id", error.requestId());
            fields.put(
                    "details",
                    error.details().isNull() ? Map.of() : error.details().value());
            err.println(JsonWriter.line(Map.of("schema", "vt.error/v1", "error", fields)));
            return;
        }
        for (Doc item : error.details().list("errors")) {
            err.println(validationLine(item));
        }
        err.println("error: " + Text.safe(error.message()) + " (" + error.code() + ")");
        line(err, "while", error.activity());
        line(err, "why", error.why());
        line(err, "fix", error.fix());
        Long after = error.retryAfterSeconds();
        line(err, "retry", after == null ? null : "after " + after + "s");
        line(err, "request", error.requestId());
    }

    private static String validationLine(Doc item) {
        String file = item.str("file").isEmpty() ? "" : item.str("file") + ":";
        String place = item.get("line").isNull() ? "" : file + item.str("line") + ":" + item.str("column") + " ";
        String nearest = item.str("nearest").isEmpty() ? "" : " (did you mean '" + item.str("nearest") + "'?)";
        String path = item.str("path").isEmpty() ? "" : item.str("path") + ": ";
        return Text.safe(place + item.str("code") + " " + path + item.str("message") + nearest);
    }

    private static void line(PrintStream err, String label, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            err.println("  " + label + " ".repeat(10 - label.length()) + Text.safe(value));
        }
    }
}
