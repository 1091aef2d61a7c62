package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt restart}: a rolling restart of some or all process types. */
@Command(name = "restart", description = "rolling restart")
@SuppressWarnings("NullAway.Init")
public final class RestartCommand extends VtCommand {
    @Option(names = "--process", paramLabel = "TYPE", description = "default: all")
    private List<String> processes = List.of();

    @Override
    protected int run(Session session) {
        Doc answer = session.api()
                .mutate(
                        "POST",
                        session.target().envPath() + "/restarts",
                        processes.isEmpty() ? Map.of() : Map.of("process_types", processes),
                        session.idempotencyKey(),
                        "restarting " + session.target().label());
        new Receipt(
                        "restarting " + (processes.isEmpty() ? "all process types" : String.join(", ", processes)),
                        session.target().label(),
                        answer,
                        session.idempotencyKey(),
                        List.of(new Receipt.Next(
                                "status",
                                "vt status --env " + session.target().env().str("name"))))
                .print(
                        session.out(),
                        session.globals().isJson(),
                        session.globals().isIds());
        return 0;
    }
}
