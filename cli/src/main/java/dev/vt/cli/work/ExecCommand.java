package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Receipt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vt exec [instance] -- cmd} and {@code vt ssh} (C10): the exit code is the remote one, failures of vt are 125. */
@Command(description = "run a command in an instance; the exit code is the command's")
@SuppressWarnings("NullAway.Init")
public final class ExecCommand extends VtCommand {
    private static final List<String> SHELL =
            List.of("/bin/sh", "-c", "if [ -x /bin/bash ]; then exec /bin/bash -l; else exec /bin/sh -l; fi");

    private final boolean shell;

    @Parameters(
            paramLabel = "[INSTANCE] -- CMD",
            arity = "0..*",
            description = "instance id, then the command after --")
    private List<String> words = List.of();

    @Option(names = "--process", paramLabel = "TYPE", description = "the one ready instance of this process type")
    private @Nullable String process;

    @Option(names = "--tty", description = "give the command a terminal; the default if this is one")
    private boolean tty;

    @Option(names = "--no-tty", description = "never give the command a terminal")
    private boolean noTty;

    @Option(names = "--var", paramLabel = "K=V", description = "set a variable of the command")
    private Map<String, String> vars = Map.of();

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "why; needed in protected environments, kept in the audit")
    private @Nullable String reason;

    @Spec
    private CommandSpec spec;

    public ExecCommand(boolean shell) {
        this.shell = shell;
    }

    @Override
    protected int run(Session session) throws Exception {
        List<String> original = spec.commandLine().getParseResult().originalArgs();
        int delimiter = original.indexOf("--");
        List<String> tail = delimiter < 0 ? List.of() : original.subList(delimiter + 1, original.size());
        List<String> head = words.subList(0, words.size() - tail.size());
        if (head.size() > 1 || !shell && tail.isEmpty()) {
            throw usage("write the command after --, for example: vt exec INSTANCE -- ls -l");
        }
        try {
            return connect(session, head.isEmpty() ? null : head.getFirst(), shell ? SHELL : tail);
        } catch (CliException e) {
            boolean own =
                    e.error().exitCode() == CliError.INVALID_USAGE && e.error().requestId() == null
                            || e.error().code().equals("interrupted");
            throw own ? e : new CliException(e.error().asExecFailure());
        }
    }

    private int connect(Session session, @Nullable String named, List<String> command) throws Exception {
        String instance = named == null ? only(session) : named;
        boolean terminal = tty
                || !noTty
                        && (shell
                                || session.shell().terminals().in()
                                        && session.shell().terminals().out());
        session.err().println("instance " + instance);
        try (ExecTerminal screen = ExecTerminal.open(session, terminal)) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("command", command);
            body.put("tty", terminal);
            body.put("cols", screen.columns());
            body.put("rows", screen.rows());
            body.put("stdin", true);
            body.put("env", vars);
            if (reason != null) {
                body.put("reason", reason);
            }
            Doc grant = session.api()
                    .raw(
                            "POST",
                            session.target().orgPath() + "/instances/" + instance + "/exec",
                            body,
                            session.idempotencyKey(),
                            "starting a command in " + instance);
            return new ExecConnection(session, grant.at("resource.connect_url"), grant.get("secret"), screen).run();
        }
    }

    /** The one ready instance of the process type; never a guess among several. */
    private String only(Session session) {
        List<Doc> ready = session.api().list(session.target().envPath() + "/instances", "listing instances").stream()
                .filter(item -> "ready".equals(item.str("status")))
                .filter(item -> process == null || process.equals(item.str("process_type")))
                .toList();
        if (process != null && ready.size() == 1) {
            return ready.getFirst().str("id");
        }
        String ids =
                String.join(", ", ready.stream().map(item -> item.str("id")).toList());
        throw new CliException(CliError.usage(
                "target_missing",
                "which instance? Ready: " + (ids.isEmpty() ? "none" : ids),
                ready.isEmpty()
                        ? "vt status --env " + session.target().env().str("name")
                        : "vt exec " + ready.getFirst().str("id") + " -- CMD"));
    }

    /** {@code vt exec revoke <id>}. */
    @Command(name = "revoke", description = "end an exec session, whoever started it")
    @SuppressWarnings("NullAway.Init")
    public static final class Revoke extends VtCommand {
        @Parameters(paramLabel = "EXEC", description = "id of the session, see vt exec-sessions list")
        private String id;

        @Override
        protected int run(Session session) {
            Doc answer = session.change(
                    "DELETE", session.target().orgPath() + "/exec-sessions/" + id, null, "revoking " + id);
            new Receipt(
                            "revoked " + id,
                            session.target().label(),
                            answer,
                            session.idempotencyKey(),
                            List.of(new Receipt.Next("list", "vt exec-sessions list")))
                    .print(session);
            return 0;
        }
    }
}
