package dev.vt.cli.output;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Asks before something that cannot be undone; without a terminal only {@code --yes} answers (C3). */
public final class Confirm {
    private Confirm() {}

    /** Goes on if the person types {@code expected}, or gave {@code --yes}. */
    public static void typing(Session session, String expected, String action) {
        if (session.globals().yes) {
            return;
        }
        if (!session.interactive()) {
            throw new CliException(CliError.usage(
                    "confirmation_required", "will not " + action + " without confirmation", "add --yes"));
        }
        session.err().print("Type '" + expected + "' to " + action + ": ");
        session.err().flush();
        try {
            String line =
                    new BufferedReader(new InputStreamReader(session.shell().in(), StandardCharsets.UTF_8)).readLine();
            if (line == null || !line.strip().equals(expected)) {
                throw new CliException(
                        CliError.usage("confirmation_required", "not confirmed; nothing was changed", null));
            }
        } catch (IOException e) {
            throw new CliException(
                    CliError.usage("confirmation_required", "cannot read the confirmation", "add --yes"));
        }
    }
}
