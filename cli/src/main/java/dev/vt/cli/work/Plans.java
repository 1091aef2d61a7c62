package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Text;
import java.io.PrintStream;
import java.util.List;

/** A plan as text (cli.md §4). */
final class Plans {
    private Plans() {}

    static void print(Session session, Doc plan, PrintStream out, boolean json) {
        if (json) {
            session.print("vt.plan/v1", "plan", plan);
            return;
        }
        out.println("Plan for " + session.target().label() + " at event " + plan.str("event_id"));
        List<Doc> changes = plan.list("changes");
        int destructive = 0;
        int count = 0;
        for (Doc change : changes) {
            String line = Receipt.changeLine(change);
            boolean same = line.startsWith("=");
            if (!same || session.globals().verbose) {
                out.println("  " + Text.safe(line));
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

    static boolean isEmpty(Doc plan) {
        return plan.list("changes").stream()
                .allMatch(change -> Receipt.changeLine(change).startsWith("="));
    }
}
