package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vt plan}: what a deploy would change; changes nothing. */
@Command(name = "plan", aliases = "diff", description = "show what a deploy would change, and change nothing")
@SuppressWarnings("NullAway.Init")
public final class PlanCommand extends VtCommand {
    @Mixin
    private ReleaseSource source;

    @Option(names = "--process", paramLabel = "TYPE", description = "only this process type; repeat for more")
    private List<String> processes = List.of();

    @Option(names = "--show-values", description = "show the values of variables, too")
    private boolean showValues;

    @Option(names = "--exit-code", description = "exit 10 if there are changes")
    private boolean exitCode;

    @Override
    protected int run(Session session) throws IOException {
        source.check(session);
        session.target().env();
        Map<String, Object> body = DeployCommand.body(source.planBody(session), processes);
        Doc plan = DeployCommand.plan(session, body);
        DeployCommand.show(session, source, plan, showValues, session.out());
        return exitCode && !Plans.isEmpty(plan) ? 10 : 0;
    }
}
