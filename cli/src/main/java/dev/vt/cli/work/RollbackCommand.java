package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Confirm;
import dev.vt.cli.output.Receipt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vt rollback}: deploys the release before this one, or a named one. */
@Command(name = "rollback", description = "deploy an earlier release again")
@SuppressWarnings("NullAway.Init")
public final class RollbackCommand extends VtCommand {
    @Option(
            names = "--to",
            paramLabel = "RELEASE",
            description = "id or number; default: the last that succeeded before this one")
    private @Nullable String to;

    @Option(names = "--allow-destructive", description = "let the rollback remove routes or process types")
    private boolean allowDestructive;

    @Mixin
    private WaitOptions wait;

    @Override
    protected int run(Session session) {
        Doc env = session.target().env();
        List<Doc> deploys = session.api()
                .get(session.target().envPath() + "/deploys?limit=200&order=desc", "listing deploys")
                .list("items");
        if (deploys.isEmpty()) {
            throw new CliException(CliError.of(
                    "conflict", 5, "invalid_state", session.target().label() + " was never deployed", "vt deploy"));
        }
        Doc release = to == null
                ? session.api()
                        .get(session.target().orgPath() + "/releases/" + previous(deploys), "reading the release")
                : ReleaseSource.find(session, to);
        String version = "v" + release.str("number");
        if (env.flag("protected")) {
            Confirm.typing(
                    session, env.str("name"), "roll back " + session.target().label() + " to " + version);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("release_id", release.str("id"));
        body.put("allow_destructive", allowDestructive || session.globals().yes);
        Doc answer = session.change(
                "POST",
                session.target().orgPath() + "/deploys/" + deploys.getFirst().str("id") + "/rollbacks",
                body,
                "rolling back " + session.target().label());
        String id = answer.str("resource.id").isEmpty() ? answer.str("receipt.ids.deploy") : answer.str("resource.id");
        Receipt receipt = new Receipt(
                "rolled " + session.target().app().str("name") + " back to " + version + " in " + env.str("name"),
                session.target().label(),
                answer,
                session.idempotencyKey(),
                List.of(
                        new Receipt.Next("wait", "vt wait deploy " + id),
                        new Receipt.Next("status", "vt status --env " + env.str("name"))));
        return DeployWait.finish(session, wait, receipt, id);
    }

    private static String previous(List<Doc> deploys) {
        String current = deploys.getFirst().str("release_id");
        return deploys.stream()
                .filter(deploy -> "succeeded".equals(deploy.str("status")))
                .map(deploy -> deploy.str("release_id"))
                .filter(id -> !id.equals(current))
                .findFirst()
                .orElseThrow(() -> new CliException(CliError.of(
                        "conflict",
                        5,
                        "invalid_state",
                        "no earlier release was ever deployed here with success",
                        "vt rollback --to RELEASE")));
    }
}
