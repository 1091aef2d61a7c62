package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Waits for the end of a deploy or a rollback. */
public final class DeployWait {
    private static final int LOG_LINES = 20;

    private DeployWait() {}

    /** Prints the receipt, after waiting if that was asked for, and gives the exit code. */
    public static int finish(Session session, WaitOptions options, Receipt receipt, String deployId) {
        if (!options.isWanted()) {
            receipt.print(session);
            return 0;
        }
        Waiting.Result result = follow(
                session, options, deployId, receipt.answer().at("receipt").number("event_id"));
        Receipt done = receipt;
        if (result.outcome() == Waiting.Outcome.FAILED) {
            done = receipt.withNext(afterFailure(session, receipt.next()));
            printLogs(session);
        }
        return EnvWait.print(session, done, result, "the deploy goes on");
    }

    static Waiting.Result follow(Session session, WaitOptions options, String deployId, long afterEvent) {
        return Waiting.follow(session, options, afterEvent, () -> look(session, deployId));
    }

    private static Waiting.Look look(Session session, String deployId) {
        Doc deploy =
                session.api().get(session.target().orgPath() + "/deploys/" + deployId, "reading deploy " + deployId);
        List<Doc> processes = session.api().list(session.target().envPath() + "/processes", "reading processes");
        Waiting.Outcome outcome = switch (deploy.str("status")) {
            case "succeeded" -> Waiting.Outcome.SUCCEEDED;
            case "failed", "superseded" -> Waiting.Outcome.FAILED;
            default -> null;
        };
        List<Doc> instances = outcome == Waiting.Outcome.SUCCEEDED
                ? List.of()
                : session.api().list(session.target().envPath() + "/instances", "reading instances");
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("deploy", "deploy " + deployId + " " + deploy.str("status"));
        Waiting.processLines(
                processes,
                instances.stream()
                        .filter(instance ->
                                !"failed".equals(instance.str("status")) || deployId.equals(instance.str("deploy_id")))
                        .toList(),
                lines);
        return new Waiting.Look(
                outcome, reasons(deploy), lines, Map.of("deploy", deploy.str("status"), "processes", processes));
    }

    private static List<String> reasons(Doc deploy) {
        List<String> reasons = new ArrayList<>();
        if (!deploy.str("message").isEmpty()) {
            reasons.add(deploy.str("message"));
        } else if (!deploy.str("reason_code").isEmpty()) {
            reasons.add(deploy.str("reason_code"));
        }
        return reasons;
    }

    private static List<Receipt.Next> afterFailure(Session session, List<Receipt.Next> others) {
        String env = " --env " + session.target().env().str("name");
        List<Receipt.Next> next = new ArrayList<>();
        next.add(new Receipt.Next("logs", "vt logs" + env));
        next.add(new Receipt.Next("rollback", "vt rollback" + env));
        others.stream()
                .filter(other -> !List.of("logs", "rollback", "wait").contains(other.label()))
                .forEach(next::add);
        return next;
    }

    private static void printLogs(Session session) {
        try {
            session.api()
                    .get(
                            ApiClient.path(
                                    session.target().envPath() + "/logs", "tail_lines", Integer.toString(LOG_LINES)),
                            "reading logs")
                    .list("items")
                    .forEach(record -> session.err().println(LogLine.of(record, true)));
        } catch (CliException unreadable) {
            session.err().println("-- no logs: " + unreadable.error().message());
        }
    }
}
