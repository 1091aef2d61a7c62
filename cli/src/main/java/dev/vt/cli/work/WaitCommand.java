package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt wait <kind> <id>}: until converged, gone, or in a given status. */
@Command(name = "wait", description = "wait until something has converged, is gone or has a status")
@SuppressWarnings("NullAway.Init")
public final class WaitCommand extends VtCommand {
    private static final Set<String> READY = Set.of("ready", "active", "online", "serving", "succeeded");
    /** Instances and tokens stay to be read when they are over. */
    private static final Set<String> GONE = Set.of("stopped", "revoked", "ended");

    private static final Set<String> FAILED = Set.of("failed", "superseded", "stopped", "revoked");

    @Parameters(index = "0", paramLabel = "KIND", description = "for example deploy, env, instance or node")
    private String kind;

    @Parameters(index = "1", paramLabel = "ID", description = "name or id")
    private String id;

    @Option(
            names = "--for",
            paramLabel = "WHAT",
            description = "ready, gone or a status; default ready",
            defaultValue = "ready")
    private String what;

    @Mixin
    private WaitOptions options;

    @Override
    protected int run(Session session) {
        Kind found = DescribeAnyCommand.find(kind);
        boolean ready = what.equals("ready");
        Waiting.Result result;
        if (found.equals(Kind.ENV) && ready) {
            session.globals().env = id;
            result = EnvWait.follow(session, options, 0);
        } else if (found.equals(Kind.DEPLOY) && ready) {
            session.globals().env = DescribeCommand.find(session, found, id).str("env_id");
            result = DeployWait.follow(session, options, id, 0);
        } else {
            result = Waiting.follow(session, options, 0, () -> look(session, found));
        }
        return print(session, found, result);
    }

    private int print(Session session, Kind found, Waiting.Result result) {
        Waiting.Outcome outcome = result.outcome();
        if (outcome == Waiting.Outcome.INTERRUPTED) {
            session.err().println("interrupted: only the waiting ended");
            return outcome.exitCode();
        }
        if (session.globals().isJson()) {
            Map<String, @Nullable Object> item = new LinkedHashMap<>();
            item.put("kind", found.schemaName());
            item.put("id", id);
            item.put("for", what);
            item.put("outcome", outcome.word());
            item.put("reasons", result.reasons());
            session.print("vt.wait/v1", "item", item);
        } else if (session.globals().isIds()) {
            session.out().println(id);
        } else {
            session.out()
                    .println(found.words() + " " + id + " " + outcome.word()
                            + (result.reasons().isEmpty() ? "" : ": " + String.join("; ", result.reasons())));
        }
        return outcome.exitCode();
    }

    private Waiting.Look look(Session session, Kind found) {
        String status = status(session, found);
        boolean reached = status.equals(what)
                || what.equals("ready") && READY.contains(status)
                || what.equals("gone") && GONE.contains(status);
        Waiting.Outcome outcome = reached
                ? Waiting.Outcome.SUCCEEDED
                : FAILED.contains(status) || status.equals("gone") ? Waiting.Outcome.FAILED : null;
        return new Waiting.Look(
                outcome,
                outcome == Waiting.Outcome.SUCCEEDED ? List.of() : List.of("it is " + status),
                Map.of(id, found.words() + " " + id + " " + status),
                Map.of("kind", found.schemaName(), "id", id, "status", status));
    }

    private String status(Session session, Kind found) {
        try {
            Doc item = DescribeCommand.find(session, found, id);
            if (found.equals(Kind.NODE) && item.str("state").equals("active")) {
                return item.str("health").equals("online") ? "ready" : item.str("health");
            }
            if (found.equals(Kind.PROCESS)) {
                return item.number("ready") == item.number("wanted") && item.number("old") == 0
                        ? "ready"
                        : "converging";
            }
            return item.str("status").isEmpty() ? item.str("state") : item.str("status");
        } catch (CliException e) {
            if (e.error().exitCode() == 4) {
                return "gone";
            }
            throw e;
        }
    }
}
