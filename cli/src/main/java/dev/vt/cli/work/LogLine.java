package dev.vt.cli.work;

import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Text;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** One log record as text: {@code time process/<last 6 of the instance id> stream line} (C11). */
final class LogLine {
    private LogLine() {}

    static String of(Doc record, boolean timestamps) {
        String type = record.str("type");
        if ("gap".equals(type)) {
            return "-- " + record.str("count") + (record.number("count") == 1 ? " line dropped" : " lines dropped");
        }
        if ("partial".equals(type)) {
            return "-- node " + record.str("node_id") + " does not answer; its lines are missing";
        }
        String id = record.str("instance_id");
        String line = record.str("line");
        if ("base64".equals(record.str("encoding"))) {
            line = new String(Base64.getDecoder().decode(line), StandardCharsets.ISO_8859_1);
        }
        return (timestamps ? record.str("ts") + " " : "")
                + record.str("process_type") + "/" + id.substring(Math.max(0, id.length() - 6)) + " "
                + record.str("stream")
                + " " + Text.safe(line);
    }
}
