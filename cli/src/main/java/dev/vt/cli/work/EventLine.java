package dev.vt.cli.work;

import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Text;
import java.util.List;

/** One event as text: {@code event_id time type resource summary} (C11). */
public final class EventLine {
    private static final List<String> TELLING = List.of(
            "status",
            "desired_state",
            "state",
            "health",
            "reason_code",
            "process_type",
            "node_id",
            "release_id",
            "name",
            "hostname",
            "detail",
            "message");

    private EventLine() {}

    public static String of(Doc event) {
        StringBuilder line = new StringBuilder()
                .append(event.str("event_id"))
                .append(' ')
                .append(Text.time(event.str("occurred_at")))
                .append(' ')
                .append(event.str("event_type"))
                .append(' ')
                .append(event.str("aggregate_id"));
        Doc payload = event.get("payload");
        for (String member : TELLING) {
            String value = payload.str(member);
            if (!value.isEmpty()) {
                line.append(' ').append(member).append('=').append(value);
            }
        }
        return Text.safe(line.toString());
    }
}
