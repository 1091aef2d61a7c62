package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Durations;
import dev.vt.cli.core.Session;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonWriter;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Text;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Follows a deploy: the event stream wakes, the deploy and the processes are read, a line is printed when something changed.
 * Ctrl-C ends the waiting and not the deploy.
 */
public final class DeployWait {
    /** How a deploy ended, or did not. */
    private enum Outcome {
        SUCCEEDED("succeeded", 0),
        FAILED("failed", 9),
        SUPERSEDED("superseded", 9),
        TIMEOUT("timeout", 8);

        private final String word;
        private final int exitCode;

        Outcome(String word, int exitCode) {
            this.word = word;
            this.exitCode = exitCode;
        }
    }

    private final Session session;
    private final String deployId;
    private final String progress;
    private final Instant deadline;
    private String lastLine = "";
    private long cursor;

    private DeployWait(Session session, String deployId, String progress, Duration limit) {
        this.session = session;
        this.deployId = deployId;
        this.progress = progress;
        this.deadline = session.shell().clock().instant().plus(limit);
    }

    /** Prints the receipt, after waiting if that was asked for, and gives the exit code. */
    public static int finish(Session session, WaitOptions options, Receipt receipt, String deployId) {
        if (!options.wait || options.noWait) {
            receipt.print(
                    session.out(), session.globals().isJson(), session.globals().isIds());
            return 0;
        }
        DeployWait wait =
                new DeployWait(session, deployId, options.progress, Durations.parse("--wait-timeout", options.timeout));
        Outcome outcome = wait.follow(receipt.answer().at("receipt").number("event_id"));
        Receipt done = receipt.withOutcome(outcome.word + wait.reason());
        if (outcome != Outcome.SUCCEEDED) {
            String env = session.target().env().str("name");
            List<Receipt.Next> next = new ArrayList<>();
            next.add(new Receipt.Next("logs", "vt logs --env " + env));
            next.addAll(receipt.next());
            done = done.withNext(next);
            if (outcome == Outcome.FAILED) {
                wait.printLogs();
            }
        }
        done.print(session.out(), session.globals().isJson(), session.globals().isIds());
        return outcome.exitCode;
    }

    /** {@code vt wait deploy}. */
    static int waitFor(Session session, String deployId, WaitOptions options) {
        DeployWait wait =
                new DeployWait(session, deployId, options.progress, Durations.parse("--wait-timeout", options.timeout));
        Outcome outcome = wait.follow(0);
        session.out().println("deploy " + deployId + " " + outcome.word + wait.reason());
        return outcome.exitCode;
    }

    private Outcome follow(long afterEvent) {
        cursor = afterEvent;
        Optional<Outcome> outcome = look();
        while (outcome.isEmpty()) {
            outcome = listen();
        }
        return outcome.get();
    }

    /** Reads and reports where the deploy is; empty while it goes on and there is time. */
    private Optional<Outcome> look() {
        Doc deploy = deploy();
        report(deploy);
        Outcome outcome = switch (deploy.str("status")) {
            case "succeeded" -> Outcome.SUCCEEDED;
            case "failed" -> Outcome.FAILED;
            case "superseded" -> Outcome.SUPERSEDED;
            default -> session.shell().clock().instant().isBefore(deadline) ? null : Outcome.TIMEOUT;
        };
        return Optional.ofNullable(outcome);
    }

    /** Looks again after every event of the environment, on one stream; a lost stream is a short pause, never an end. */
    private Optional<Outcome> listen() {
        List<Outcome> found = new ArrayList<>();
        try {
            String path = ApiClient.path(
                    session.target().orgPath() + "/events/stream",
                    "env_id",
                    session.target().env().str("id"),
                    "after_event_id",
                    cursor > 0 ? Long.toString(cursor) : "");
            session.api().stream(path, "following events", line -> {
                cursor = Math.max(cursor, line.number("event_id"));
                look().ifPresent(found::add);
                return found.isEmpty();
            });
        } catch (IOException lost) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        } catch (CliException refused) {
            if (!refused.error().retryable()) {
                throw refused;
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        }
        return found.isEmpty() ? look() : Optional.of(found.getFirst());
    }

    private Doc deploy() {
        return session.api().get(session.target().orgPath() + "/deploys/" + deployId, "reading deploy " + deployId);
    }

    private String reason() {
        String message = deploy().str("message");
        return message.isEmpty() ? "" : ": " + message;
    }

    private void report(Doc deploy) {
        if ("none".equals(progress)) {
            return;
        }
        List<Doc> processes = session.api().list(session.target().envPath() + "/processes", "reading processes");
        StringBuilder line = new StringBuilder("deploy " + deploy.str("status"));
        for (Doc process : processes) {
            line.append(", ")
                    .append(process.str("process_type"))
                    .append(' ')
                    .append(process.str("ready"))
                    .append('/')
                    .append(process.str("wanted"))
                    .append(" ready");
            if (process.number("old") > 0) {
                line.append(", ").append(process.str("old")).append(" old");
            }
            if (!process.str("reason_code").isEmpty()) {
                line.append(" (").append(process.str("reason_code")).append(')');
            }
        }
        String text = line.toString();
        if (text.equals(lastLine)) {
            return;
        }
        lastLine = text;
        String now = session.shell().clock().instant().toString();
        if ("json".equals(progress)) {
            session.err()
                    .println(JsonWriter.line(Map.of(
                            "type", "progress", "ts", now, "deploy", deploy.str("status"), "processes", processes)));
        } else {
            session.err().println(Text.time(now).substring(11) + " " + Text.safe(text));
        }
    }

    private void printLogs() {
        Doc logs = session.api()
                .get(ApiClient.path(session.target().envPath() + "/logs", "tail_lines", "20"), "reading logs");
        logs.list("items").forEach(record -> session.err().println(LogLine.of(record, true)));
    }
}
