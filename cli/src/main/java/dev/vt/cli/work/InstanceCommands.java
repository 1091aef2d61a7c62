package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import dev.vt.cli.output.Text;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vt instances restart} and {@code diagnose}. */
public final class InstanceCommands {
    private InstanceCommands() {}

    /** Replaces one instance. */
    @Command(name = "restart", description = "replace one instance: it drains, another starts in its place")
    @SuppressWarnings("NullAway.Init")
    public static final class Restart extends VtCommand {
        @Parameters(paramLabel = "INSTANCE", description = "id")
        private String id;

        @Override
        protected int run(Session session) {
            Doc answer = session.change(
                    "POST",
                    session.target().orgPath() + "/instances/" + id + "/restart",
                    Map.of(),
                    "restarting instance " + id);
            new Receipt(
                            "started the replacement of instance " + id,
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of(new Receipt.Next("describe", "vt instances describe " + id)))
                    .print(session);
            return 0;
        }
    }

    /** One page about an instance that does not do what it should: state, conditions, timeline, last lines. */
    @Command(
            name = "diagnose",
            description = "show why an instance is not ready: state, reasons, events, last log lines")
    @SuppressWarnings("NullAway.Init")
    public static final class Diagnose extends VtCommand {
        @Parameters(paramLabel = "INSTANCE", description = "id")
        private String id;

        @Option(
                names = "--limit",
                paramLabel = "N",
                description = "how many log lines, default 50",
                defaultValue = "50")
        private int limit;

        @Override
        protected int run(Session session) {
            Doc instance = DescribeCommand.find(session, Kind.INSTANCE, id);
            List<Doc> events =
                    EventPages.newest(session, session.target().orgPath() + "/events", EventPages.ofAggregate(id), 20);
            List<Doc> lines = lines(session, instance);
            if (session.globals().isJson()) {
                session.print("vt.diagnosis/v1", "item", Map.of("instance", instance, "events", events, "logs", lines));
                return 0;
            }
            PrintStream out = session.out();
            out.println("instance " + id + " of " + instance.str("process_type") + " is " + instance.str("status")
                    + ", shall be " + instance.str("desired.state"));
            reason(out, "reason", instance.str("reason_code"));
            reason(out, "detail", instance.str("detail"));
            reason(out, "exit code", instance.str("exit_code"));
            reason(out, "restarts", instance.str("restart_count"));
            instance.list("conditions").stream()
                    .filter(condition -> !condition.str("reason_code").isEmpty())
                    .forEach(condition -> reason(
                            out,
                            condition.str("type"),
                            condition.str("reason_code")
                                    + (condition.str("detail").isEmpty() ? "" : ": " + condition.str("detail"))));
            out.println("events");
            events.forEach(event -> out.println("  " + EventLine.of(event)));
            out.println("last lines");
            lines.forEach(line -> out.println("  " + LogLine.of(line, true)));
            return 0;
        }

        private List<Doc> lines(Session session, Doc instance) {
            String path = ApiClient.path(
                    session.target().orgPath() + "/envs/" + instance.str("env_id") + "/logs",
                    "instance_id",
                    id,
                    "tail_lines",
                    Integer.toString(limit));
            try {
                return session.api().get(path, "reading logs").list("items");
            } catch (CliException unreadable) {
                session.err().println("-- no logs: " + unreadable.error().message());
                return List.of();
            }
        }

        private static void reason(PrintStream out, String label, String value) {
            if (!value.isEmpty()) {
                out.println("  " + label + ": " + Text.safe(value));
            }
        }
    }
}
