package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Durations;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt wait <kind> <id>}: until converged, gone, or in a given status. */
@Command(name = "wait", description = "wait until something has converged")
@SuppressWarnings("NullAway.Init")
public final class WaitCommand extends VtCommand {
    private static final Set<String> FAILED = Set.of("failed", "superseded", "error", "revoked");

    @Parameters(index = "0", paramLabel = "KIND")
    private String kind;

    @Parameters(index = "1", paramLabel = "ID")
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
        if (found.equals(Kind.DEPLOY) && what.equals("ready")) {
            return DeployWait.waitFor(session, id, options);
        }
        Instant deadline = session.shell().clock().instant().plus(Durations.parse("--wait-timeout", options.timeout));
        if (found.equals(Kind.ENV) && what.equals("ready")) {
            boolean converged = Convergence.await(session, deadline);
            session.out().println("env " + id + (converged ? " ready" : " timeout"));
            return converged ? 0 : 8;
        }
        while (true) {
            String status = status(session, found);
            if (status.equals(what)
                    || what.equals("ready")
                            && Set.of("active", "online", "serving").contains(status)) {
                session.out().println(found.singular() + " " + id + " " + status);
                return 0;
            }
            if (FAILED.contains(status)) {
                session.out().println(found.singular() + " " + id + " " + status);
                return 9;
            }
            if (!session.shell().clock().instant().isBefore(deadline)) {
                session.err().println(found.singular() + " " + id + " is " + status);
                return 8;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            if (Thread.interrupted()) {
                return 130;
            }
        }
    }

    private String status(Session session, Kind found) {
        try {
            Doc item = DescribeCommand.find(session, found, id);
            if (found.equals(Kind.NODE)) {
                return item.str("state").equals("active") && item.str("health").equals("online")
                        ? "ready"
                        : item.str("state");
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
