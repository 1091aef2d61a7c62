package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.local.ManifestFile;
import dev.vt.cli.output.Confirm;
import dev.vt.cli.output.Receipt;
import dev.vt.manifest.Manifest;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vt deploy}: manifest → target → gate → release → plan → confirmation → deploy → receipt (cli.md §4). */
@Command(
        name = "deploy",
        aliases = "apply",
        description = "bring the manifest of this directory into an environment: release, plan, confirm, roll out")
@SuppressWarnings("NullAway.Init")
public final class DeployCommand extends VtCommand {
    @Mixin
    private ReleaseSource source;

    @Option(names = "--process", paramLabel = "TYPE", description = "only this process type; repeat for more")
    private List<String> processes = List.of();

    @Option(names = "--dry-run", description = "stop after the plan; creates nothing")
    private boolean dryRun;

    @Option(
            names = "--plan-hash",
            paramLabel = "HASH",
            description = "only if the plan is still the one with this hash")
    private @Nullable String planHash;

    @Option(names = "--allow-destructive", description = "let the deploy remove routes or process types")
    private boolean allowDestructive;

    @Option(names = "--show-values", description = "show the values of variables in the plan, too")
    private boolean showValues;

    @Mixin
    private WaitOptions wait;

    public DeployCommand() {}

    /** {@code vt releases promote}: a deploy of a release that is there. */
    @Command(name = "promote", description = "deploy a release that was made earlier into an environment")
    @SuppressWarnings("NullAway.Init")
    public static final class Promote extends VtCommand {
        @picocli.CommandLine.Parameters(paramLabel = "RELEASE", description = "id or number")
        private String release;

        @Option(names = "--allow-destructive", description = "let the deploy remove routes or process types")
        private boolean allowDestructive;

        @Mixin
        private WaitOptions wait;

        @Override
        protected int run(Session session) throws IOException {
            DeployCommand deploy = new DeployCommand();
            deploy.source = ReleaseSource.ofRelease(release);
            deploy.allowDestructive = allowDestructive;
            deploy.wait = wait;
            return deploy.run(session);
        }
    }

    @Override
    protected int run(Session session) throws IOException {
        source.check(session);
        Doc env = session.target().env();
        if (dryRun) {
            show(session, source, plan(session, body(source.planBody(session), processes)), showValues, session.out());
            return 0;
        }
        requireSecrets(session);
        Doc release = source.release(session);
        Map<String, Object> body = body(Map.of("release_id", release.str("id")), processes);
        Doc plan = plan(session, body);
        if (!session.globals().isJson()) {
            show(session, source, plan, showValues, session.err());
        }
        confirm(session, env, plan);
        Doc answer = deploy(session, env, body, plan);
        return finish(session, env, release, answer);
    }

    static Map<String, Object> body(Map<String, Object> source, List<String> processes) {
        Map<String, Object> body = new LinkedHashMap<>(source);
        if (!processes.isEmpty()) {
            body.put("process_types", processes);
        }
        return body;
    }

    static Doc plan(Session session, Map<String, Object> body) {
        return session.api()
                .ask(
                        session.target().envPath() + "/plan",
                        body,
                        "planning for " + session.target().label());
    }

    /** The plan in the form of the flags; as JSON it is the whole answer. */
    static void show(Session session, ReleaseSource source, Doc plan, boolean values, PrintStream out)
            throws IOException {
        if (session.globals().isJson()) {
            session.print("vt.plan/v1", "plan", plan);
            return;
        }
        Map<String, List<String>> variables = Map.of();
        if (values) {
            ManifestFile file = source.file(session);
            Manifest next = file == null ? VariableChanges.ofRelease(session, plan.str("release_id")) : file.manifest();
            variables = VariableChanges.of(session, next);
        }
        Plans.print(session, plan, variables, out);
    }

    /** Asks before a release is made, so that a closed gate leaves nothing behind (secrets.md §7). */
    private static void requireSecrets(Session session) {
        Doc bundle = session.api()
                .get(
                        session.target().envPath() + "/secrets",
                        "reading the secrets gate of " + session.target().label());
        if (bundle.number("number") == 0) {
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

    /** Destructive plans need {@code --allow-destructive} and a confirmation, protected environments a confirmation. */
    private void confirm(Session session, Doc env, Doc plan) {
        boolean destructive = Plans.isDestructive(plan);
        if (destructive && !allowDestructive && (session.globals().yes || !session.interactive())) {
            throw new CliException(CliError.usage(
                    "confirmation_required",
                    "the plan removes things",
                    "look at the plan, then add --allow-destructive --yes"));
        }
        if ((destructive || env.flag("protected")) && !Plans.isEmpty(plan)) {
            Confirm.typing(
                    session, env.str("name"), "deploy to " + session.target().label());
            allowDestructive |= destructive;
        }
    }

    /** One stale plan is made again, and confirmed again if it is another; the second time the server has the last word. */
    private Doc deploy(Session session, Doc env, Map<String, Object> body, Doc plan) {
        try {
            return start(session, body, planHash == null ? plan.str("plan_hash") : planHash, "");
        } catch (CliException e) {
            if (!e.error().code().equals("plan_stale") || planHash != null) {
                throw e;
            }
        }
        Doc again = plan(session, body);
        if (!again.get("changes").equals(plan.get("changes"))) {
            if (!session.globals().isJson()) {
                session.err().println("The plan has changed:");
                Plans.print(session, again, Map.of(), session.err());
            }
            confirm(session, env, again);
            if (!session.globals().yes && !Plans.isDestructive(again) && !env.flag("protected")) {
                Confirm.typing(
                        session,
                        env.str("name"),
                        "deploy the changed plan to " + session.target().label());
            }
        }
        return start(session, body, again.str("plan_hash"), ".again");
    }

    private Doc start(Session session, Map<String, Object> planBody, String hash, String part) {
        Map<String, Object> body = new LinkedHashMap<>(planBody);
        body.put("plan_hash", hash);
        body.put("allow_destructive", allowDestructive);
        return session.api()
                .mutate(
                        "POST",
                        session.target().envPath() + "/deploys",
                        body,
                        session.idempotencyKey() + part,
                        "deploying to " + session.target().label());
    }

    private int finish(Session session, Doc env, Doc release, Doc answer) {
        String app = session.target().app().str("name");
        String name = env.str("name");
        String deployId = Optional.of(answer.str("resource.id"))
                .filter(id -> !id.isEmpty())
                .orElseGet(() -> answer.str("receipt.ids.deploy"));
        List<Receipt.Next> next = answer.str("receipt.status").equals("unchanged")
                ? List.of(new Receipt.Next("status", "vt status --env " + name))
                : List.of(
                        new Receipt.Next("wait", "vt wait deploy " + deployId),
                        new Receipt.Next(
                                "events",
                                "vt events tail --env " + name + " --after " + (answer.number("receipt.event_id") - 1)),
                        new Receipt.Next("rollback", "vt rollback --env " + name));
        Receipt receipt = new Receipt(
                "deployed " + app + " v" + release.str("number") + " to " + name,
                session.target().label(),
                answer,
                session.idempotencyKey(),
                next);
        return DeployWait.finish(session, wait, receipt, deployId);
    }
}
