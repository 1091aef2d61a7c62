package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vt scale web=3 worker=1}. */
@Command(name = "scale", description = "set how many instances each process type has")
@SuppressWarnings("NullAway.Init")
public final class ScaleCommand extends VtCommand {
    @Parameters(arity = "1..*", paramLabel = "TYPE=N", description = "process type and how many, for example web=3")
    private List<String> scales;

    @Mixin
    private WaitOptions wait;

    @Override
    protected int run(Session session) {
        List<Object> wanted = new ArrayList<>();
        for (String scale : scales) {
            if (!scale.matches("[a-z][a-z0-9-]{0,31}=[0-9]{1,4}")) {
                throw usage("write TYPE=N, for example web=3, not '" + scale + "'");
            }
            int equals = scale.indexOf('=');
            wanted.add(Map.of(
                    "process_type",
                    scale.substring(0, equals),
                    "desired",
                    Integer.valueOf(scale.substring(equals + 1))));
        }
        Doc answer = session.change(
                "PATCH",
                session.target().envPath() + "/scale",
                Map.of("scales", wanted),
                "scaling " + session.target().label());
        String env = session.target().env().str("name");
        return EnvWait.finish(
                session,
                wait,
                new Receipt(
                        "scaled " + String.join(" ", scales),
                        session.target().label(),
                        answer,
                        session.idempotencyKey(),
                        List.of(
                                new Receipt.Next("wait", "vt wait env " + env),
                                new Receipt.Next("status", "vt status --env " + env))));
    }
}
