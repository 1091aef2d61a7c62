package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vt plan}: what a deploy would change; changes nothing. */
@Command(name = "plan", aliases = "diff", description = "what a deploy would change")
@SuppressWarnings("NullAway.Init")
public final class PlanCommand extends VtCommand {
    @Mixin
    private ReleaseSource source;

    @Option(names = "--exit-code", description = "exit 10 if there are changes")
    private boolean exitCode;

    @Override
    protected int run(Session session) throws IOException {
        Doc plan = session.api()
                .mutate(
                        "POST",
                        session.target().envPath() + "/plan",
                        source.planBody(session),
                        session.idempotencyKey("plan"),
                        "planning for " + session.target().label());
        Plans.print(session, plan, session.out(), session.globals().isJson());
        return exitCode && !Plans.isEmpty(plan) ? 10 : 0;
    }
}
