package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vt restart}: a rolling restart of some or all process types. */
@Command(name = "restart", description = "restart process types one instance after the other")
@SuppressWarnings("NullAway.Init")
public final class RestartCommand extends VtCommand {
    @Option(
            names = "--process",
            paramLabel = "TYPE",
            description = "only this process type; repeat for more, default all")
    private List<String> processes = List.of();

    @Mixin
    private WaitOptions wait;

    @Override
    protected int run(Session session) {
        String env = session.target().env().str("name");
        Doc answer = session.change(
                "POST",
                session.target().envPath() + "/restarts",
                processes.isEmpty() ? Map.of() : Map.of("process_types", processes),
                "restarting " + session.target().label());
        return EnvWait.finish(
                session,
                wait,
                new Receipt(
                        "started a rolling restart of "
                                + (processes.isEmpty() ? "all process types" : String.join(", ", processes)),
                        session.target().label(),
                        answer,
                        session.idempotencyKey(),
                        List.of(
                                new Receipt.Next("wait", "vt wait env " + env),
                                new Receipt.Next("status", "vt status --env " + env))));
    }
}
