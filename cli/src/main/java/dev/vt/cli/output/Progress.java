package dev.vt.cli.output;

import dev.vt.cli.core.Session;
import dev.vt.cli.json.JsonWriter;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is seen while a command waits (cli.md §7), on standard error: one block that is drawn again on a terminal, else a line for
 * each thing that changed, or NDJSON.
 */
public final class Progress {
    private enum Form {
        BLOCK,
        PLAIN,
        JSON,
        NONE
    }

    private final Session session;
    private final Form form;
    private Map<String, String> shown = new LinkedHashMap<>();

    /** @param wanted auto, plain, json or none */
    public Progress(Session session, String wanted) {
        this.session = session;
        this.form = switch (wanted) {
            case "auto" -> canRedraw(session) ? Form.BLOCK : Form.PLAIN;
            case "plain" -> Form.PLAIN;
            case "json" -> Form.JSON;
            default -> Form.NONE;
        };
    }

    private static boolean canRedraw(Session session) {
        return session.shell().terminals().err()
                && !session.globals().isJson()
                && !"dumb".equals(session.shell().env().getOrDefault("TERM", "dumb"));
    }

    /**
     * @param lines by what they are about, in order
     * @param data the same for programs
     */
    public void show(Map<String, String> lines, Map<String, Object> data) {
        if (lines.equals(shown)) {
            return;
        }
        PrintStream err = session.err();
        String now = session.shell().clock().instant().toString();
        switch (form) {
            case NONE -> {}
            case JSON -> {
                Map<String, Object> line = new LinkedHashMap<>(data);
                line.put("type", "progress");
                line.put("ts", now);
                err.println(JsonWriter.line(line));
            }
            case PLAIN ->
                lines.forEach((about, text) -> {
                    if (!text.equals(shown.get(about))) {
                        err.println(Text.time(now).substring(11) + " " + Text.safe(text));
                    }
                });
            case BLOCK -> redraw(err, List.copyOf(lines.values()));
        }
        shown = new LinkedHashMap<>(lines);
    }

    /** Cursor up over the old block, then each line over what was there. */
    private void redraw(PrintStream err, List<String> lines) {
        StringBuilder out = new StringBuilder();
        if (!shown.isEmpty()) {
            out.append("\u001b[").append(shown.size()).append('A');
        }
        int width = session.shell().terminals().width();
        for (String line : lines) {
            out.append("\r\u001b[K").append(Text.cut(Text.safe(line), width)).append('\n');
        }
        if (lines.size() < shown.size()) {
            out.append("\u001b[J");
        }
        err.print(out);
        err.flush();
    }
}
