package dev.vt.cli.identity;

import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.List;

/** Receipts that carry something shown once (C6): alone with {@code --format ids}, in the document with {@code --json}. */
final class OneTimeSecret {
    private OneTimeSecret() {}

    /** @param label of at most ten characters */
    static void print(
            Session session, String sentence, String target, Doc answer, String label, List<Receipt.Next> next) {
        String secret = answer.str("secret");
        if (session.globals().isIds()) {
            session.out().println(secret);
            return;
        }
        boolean json = session.globals().isJson();
        new Receipt(sentence, target, answer, session.idempotencyKey(), next).print(session.out(), json, false);
        if (!json && !secret.isEmpty()) {
            session.out().println("      " + label + " ".repeat(Math.max(1, 10 - label.length())) + secret);
        }
    }
}
