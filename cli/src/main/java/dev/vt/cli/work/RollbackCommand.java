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
@Command(name = "rollback", description = "deploy an earlier release")
@SuppressWarnings("NullAway.Init")
public final class RollbackCommand extends VtCommand {
    @Option(
            names = "--to",
            paramLabel = "RELEASE",
            description = "id or number; default: the last that succeeded before this one")
    private @Nullable String to;

    @Option(names = "--allow-destructive", description = "let the rollback remove things")
    private boolean allowDestructive;

    @Mixin
    private WaitOptions wait;

    @Override
    protected int run(Session session) {
        Doc env = session.target().env();
        List<Doc> deploys = session.api()
                .get(session.target().envPath() + "/deploys?limit=100&order=desc", "listing deploys")
                .list("items");
        if (deploys.isEmpty()) {
            throw new CliException(CliError.of(
                    "conflict", 5, "invalid_state", session.target().label() + " was never deployed", "vt deploy"));
        }
        String release = to == null ? previous(deploys) : resolve(session, to);
        if (env.flag("protected")) {
            Confirm.typing(
                    session, env.str("name"), "roll back " + session.target().label());
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("release_id", release);
        body.put("allow_destructive", allowDestructive || session.globals().yes);
        Doc answer = session.api()
                .mutate(
                        "POST",
                        session.target().orgPath() + "/deploys/"
                                + deploys.getFirst().str("id") + "/rollbacks",
                        body,
                        session.idempotencyKey(),
                        "rolling back " + session.target().label());
        String id = answer.str("resource.id");
        Receipt receipt = new Receipt(
                "rolled back " + session.target().label() + " to " + release,
                session.target().label(),
                answer,
                session.idempotencyKey(),
                List.of(new Receipt.Next("wait", "vt wait deploy " + id + " --env " + env.str("name"))));
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

    private static String resolve(Session session, String wanted) {
        String releases =
                session.target().orgPath() + "/apps/" + session.target().app().str("id") + "/releases";
        return session.api().list(releases, "listing releases").stream()
                .filter(item ->
                        item.str("id").equals(wanted) || item.str("number").equals(wanted.replaceFirst("^v", "")))
                .findFirst()
                .orElseThrow(() -> new CliException(CliError.of(
                        "not_found", 4, "not_found", "there is no release '" + wanted + "'", "vt releases list")))
                .str("id");
    }
}
