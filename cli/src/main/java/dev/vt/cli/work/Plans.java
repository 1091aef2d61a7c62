package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Text;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** A plan as text (cli.md §4). */
final class Plans {
    private static final int KIND_WIDTH = 10;

    private Plans() {}

    /** @param values lines about variables by process type, for {@code --show-values} */
    static void print(Session session, Doc plan, Map<String, List<String>> values, PrintStream out) {
        out.println("Plan for " + Text.safe(session.target().label()) + " at event " + plan.str("event_id"));
        int destructive = 0;
        int count = 0;
        for (Doc change : plan.list("changes")) {
            boolean same = Receipt.sign(change).equals("=");
            if (!same || session.globals().verbose) {
                out.println("  " + line(change));
            }
            if (change.str("kind").equals("process")) {
                values.getOrDefault(change.str("name"), List.of())
                        .forEach(value -> out.println(" ".repeat(KIND_WIDTH + 7) + Text.safe(value)));
            }
            count += same ? 0 : 1;
            destructive += change.flag("destructive") ? 1 : 0;
        }
        String hash = plan.str("plan_hash").replaceFirst("^sha256:", "");
        String summary = count == 0
                ? "No changes."
                : (count - destructive) + (count - destructive == 1 ? " change" : " changes");
        if (destructive > 0) {
            summary += " and " + destructive + " destructive " + (destructive == 1 ? "change" : "changes");
        }
        out.println(summary + (count == 0 ? "" : ".") + " Plan " + hash.substring(0, Math.min(8, hash.length())) + ".");
    }

    /** {@code ~ process    web: memory 256Mi -> 512Mi; replaces 2}. */
    private static String line(Doc change) {
        String kind = change.str("kind");
        String pad = " ".repeat(Math.max(1, KIND_WIDTH - kind.length() + 1));
        return Text.safe((Receipt.sign(change) + " " + kind + pad + Receipt.what(change)).stripTrailing());
    }

    static boolean isEmpty(Doc plan) {
        return plan.list("changes").stream()
                .allMatch(change -> Receipt.sign(change).equals("="));
    }

    static boolean isDestructive(Doc plan) {
        return plan.list("changes").stream().anyMatch(change -> change.flag("destructive"));
    }
}
