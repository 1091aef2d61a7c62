package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Confirm;
import dev.vt.cli.output.Receipt;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vt deploy}: manifest → gate → release → plan → confirmation → deploy → receipt (cli.md §4). */
@Command(name = "deploy", aliases = "apply", description = "plan, release and deploy the manifest of this directory")
@SuppressWarnings("NullAway.Init")
public final class DeployCommand extends VtCommand {
    @Mixin
    private ReleaseSource source;

    @Option(names = "--process", paramLabel = "TYPE", description = "only these process types")
    private List<String> processes = List.of();

    @Option(names = "--dry-run", description = "stop after the plan")
    private boolean dryRun;

    @Option(names = "--plan-hash", paramLabel = "HASH", description = "only if the plan is still this one")
    private @Nullable String planHash;

    @Option(names = "--allow-destructive", description = "let the deploy remove things")
    private boolean allowDestructive;

    @Option(names = "--show-values", description = "show values of variables in the plan")
    @SuppressWarnings("UnusedVariable")
    private boolean showValues;

    @Mixin
    private WaitOptions wait;

    @Override
    protected int run(Session session) throws IOException {
        Doc env = session.target().env();
        Map<String, Object> planBody = new LinkedHashMap<>(source.planBody(session));
        if (!processes.isEmpty()) {
            planBody.put("process_types", processes);
        }
        if (dryRun) {
            Plans.print(
                    session,
                    plan(session, planBody),
                    session.out(),
                    session.globals().isJson());
            return 0;
        }
        requireSecrets(session);
        Doc release = source.release(session);
        planBody = new LinkedHashMap<>(Map.of("release_id", release.str("id")));
        if (!processes.isEmpty()) {
            planBody.put("process_types", processes);
        }
        Doc plan = plan(session, planBody);
        Plans.print(session, plan, session.err(), false);
        confirm(session, env, plan);
        Doc answer = deploy(session, planBody, planHash == null ? plan.str("plan_hash") : planHash);
        return finish(session, env, release, answer);
    }

    private Doc plan(Session session, Map<String, Object> body) {
        return session.api()
                .mutate(
                        "POST",
                        session.target().envPath() + "/plan",
                        body,
                        session.idempotencyKey("plan"),
                        "planning for " + session.target().label());
    }

    /** Asks before a release is made, so that a closed gate leaves nothing behind (secrets.md §7). */
    private static void requireSecrets(Session session) {
        Doc bundle = session.api()
                .get(
                        session.target().envPath() + "/secrets",
                        "reading the secrets gate of " + session.target().label());
        if (bundle.str("number").isEmpty() || bundle.number("number") == 0) {
            String env = session.target().env().str("name");
            throw new CliException(CliError.of(
                            "conflict",
                            5,
                            "secrets_unconfirmed",
                            "nobody has said yet which secrets "
                                    + session.target().label() + " needs",
                            "vt secrets set KEY --env " + env + ", or: vt secrets confirm --none --env " + env)
                    .during("deploying to " + session.target().label()));
        }
    }

    private void confirm(Session session, Doc env, Doc plan) {
        boolean destructive = plan.list("changes").stream().anyMatch(change -> change.flag("destructive"));
        if (destructive && !allowDestructive && (session.globals().yes || !session.interactive())) {
            throw new CliException(CliError.usage(
                    "confirmation_required",
                    "the plan removes things",
                    "look at the plan, then add --allow-destructive"));
        }
        if (destructive && !allowDestructive || env.flag("protected")) {
            Confirm.typing(
                    session, env.str("name"), "deploy to " + session.target().label());
            allowDestructive |= destructive;
        }
    }

    private Doc deploy(Session session, Map<String, Object> planBody, String hash) {
        Map<String, Object> body = new LinkedHashMap<>(planBody);
        body.put("plan_hash", hash);
        body.put("allow_destructive", allowDestructive);
        return session.api()
                .mutate(
                        "POST",
                        session.target().envPath() + "/deploys",
                        body,
                        session.idempotencyKey(),
                        "deploying to " + session.target().label());
    }

    private int finish(Session session, Doc env, Doc release, Doc answer) {
        String app = session.target().app().str("name");
        String name = env.str("name");
        String deployId = answer.str("resource.id");
        Receipt receipt = new Receipt(
                "deployed " + app + " v" + release.str("number") + " to " + name,
                session.target().label(),
                answer,
                session.idempotencyKey(),
                List.of(
                        new Receipt.Next("wait", "vt wait deploy " + deployId + " --env " + name),
                        new Receipt.Next(
                                "events",
                                "vt events tail --env " + name + " --after " + answer.str("receipt.event_id")),
                        new Receipt.Next("rollback", "vt rollback --env " + name)));
        return DeployWait.finish(session, wait, receipt, deployId);
    }
}
