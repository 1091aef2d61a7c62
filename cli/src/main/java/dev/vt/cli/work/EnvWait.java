package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Waits until every process type of the environment has what it wants and nothing old. */
public final class EnvWait {
    private EnvWait() {}

    /** Prints the receipt, after waiting if that was asked for, and gives the exit code. */
    public static int finish(Session session, WaitOptions options, Receipt receipt) {
        if (!options.isWanted()) {
            receipt.print(session);
            return 0;
        }
        Waiting.Result result =
                follow(session, options, receipt.answer().at("receipt").number("event_id"));
        return print(session, receipt, result, "the rollout goes on");
    }

    static Waiting.Result follow(Session session, WaitOptions options, long afterEvent) {
        return Waiting.follow(session, options, afterEvent, () -> look(session));
    }

    /** The receipt with the outcome; after Ctrl-C without one, and with a word on what goes on. */
    static int print(Session session, Receipt receipt, Waiting.Result result, String goesOn) {
        if (result.outcome() == Waiting.Outcome.INTERRUPTED) {
            session.err().println("interrupted: " + goesOn);
            receipt.print(session);
        } else {
            boolean done = result.outcome() != Waiting.Outcome.TIMEOUT;
            receipt.withNext(receipt.next().stream()
                            .filter(next -> !done || !next.label().equals("wait"))
                            .toList())
                    .withOutcome(result.outcome().word(), result.reasons())
                    .print(session);
        }
        return result.outcome().exitCode();
    }

    private static Waiting.Look look(Session session) {
        String env = session.target().envPath();
        List<Doc> processes = session.api().list(env + "/processes", "reading processes");
        List<Doc> open = processes.stream()
                .filter(item -> item.number("ready") != item.number("wanted") || item.number("old") != 0)
                .toList();
        List<Doc> instances = open.isEmpty() ? List.of() : session.api().list(env + "/instances", "reading instances");
        Map<String, String> lines = new LinkedHashMap<>();
        Waiting.processLines(processes, instances, lines);
        return new Waiting.Look(
                open.isEmpty() ? Waiting.Outcome.SUCCEEDED : null,
                open.stream()
                        .filter(item -> !item.str("reason_code").isEmpty())
                        .map(item -> item.str("process_type") + " " + item.str("reason_code"))
                        .toList(),
                lines,
                Map.of("processes", processes));
    }
}
