package dev.vt.cli;

import dev.vt.cli.cluster.ClusterCommands;
import dev.vt.cli.cluster.ConfigCommands;
import dev.vt.cli.cluster.MemberAction;
import dev.vt.cli.cluster.TokenCreateCommand;
import dev.vt.cli.core.Shell;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.local.ApiCommand;
import dev.vt.cli.local.AuthCommands;
import dev.vt.cli.local.CompletionCommand;
import dev.vt.cli.local.ContextCommands;
import dev.vt.cli.local.DoctorCommand;
import dev.vt.cli.local.ManifestCommands;
import dev.vt.cli.local.VersionCommand;
import dev.vt.cli.platform.NamedCommands;
import dev.vt.cli.platform.RouteCreateCommand;
import dev.vt.cli.platform.SecretsCommands;
import dev.vt.cli.resource.DeleteCommand;
import dev.vt.cli.resource.DescribeCommand;
import dev.vt.cli.resource.Kind;
import dev.vt.cli.resource.ListCommand;
import dev.vt.cli.roles.RoleCommand;
import dev.vt.cli.work.DeployCommand;
import dev.vt.cli.work.DescribeAnyCommand;
import dev.vt.cli.work.EventsCommand;
import dev.vt.cli.work.ExecCommand;
import dev.vt.cli.work.LaunchCommand;
import dev.vt.cli.work.LogsCommand;
import dev.vt.cli.work.PlanCommand;
import dev.vt.cli.work.RestartCommand;
import dev.vt.cli.work.RollbackCommand;
import dev.vt.cli.work.ScaleCommand;
import dev.vt.cli.work.Starters;
import dev.vt.cli.work.StatusCommand;
import dev.vt.cli.work.WaitCommand;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * All commands. A noun's commands are made only when the noun is the first word: building the whole tree by reflection is most of
 * what a short command would spend.
 */
final class CommandTree {
    private final Shell shell;
    private final String first;

    /** @param first the first word of the command line; empty builds the whole tree */
    CommandTree(Shell shell, String first) {
        this.shell = shell;
        this.first = first;
    }

    @Command(name = "vt", description = "a small cloud of your own", synopsisSubcommandLabel = "COMMAND")
    static final class Root {
        @Option(names = "--help", usageHelp = true, description = "show this help")
        @SuppressWarnings("UnusedVariable")
        private boolean help;
    }

    @Command
    static final class Group {
        @Option(names = "--help", usageHelp = true, description = "show this help")
        @SuppressWarnings("UnusedVariable")
        private boolean help;
    }

    CommandLine build() {
        CommandLine root = new CommandLine(new Root());
        work(root);
        platform(root);
        cluster(root);
        config(root);
        local(root);
        for (String role : List.of("server", "agent", "edge", "dev")) {
            if (wanted(role)) {
                root.addSubcommand(role, new RoleCommand(role, shell));
            }
        }
        root.setUnmatchedOptionsArePositionalParams(false);
        return root;
    }

    private void work(CommandLine root) {
        leaf(root, LaunchCommand::new, "launch");
        leaf(root, DeployCommand::new, "deploy", "apply");
        leaf(root, PlanCommand::new, "plan", "diff");
        leaf(root, StatusCommand::new, "status");
        leaf(root, RollbackCommand::new, "rollback");
        leaf(root, ScaleCommand::new, "scale");
        leaf(root, RestartCommand::new, "restart");
        leaf(root, DescribeAnyCommand::new, "describe");
        leaf(root, WaitCommand::new, "wait");
        leaf(root, () -> new ExecCommand(true), "ssh");
        if (wanted("exec")) {
            CommandLine exec = make(new ExecCommand(false));
            exec.addSubcommand("revoke", make(new ExecCommand.Revoke()));
            root.addSubcommand("exec", exec);
        }
        if (wanted("logs")) {
            CommandLine logs = make(new LogsCommand(false));
            logs.addSubcommand("tail", make(new LogsCommand(true)));
            logs.addSubcommand("query", make(new LogsCommand(false)));
            root.addSubcommand("logs", logs);
        }
        group(root, "events", "why it does, or does not, converge", group -> {
            group.addSubcommand("tail", make(new EventsCommand(true)));
            group.addSubcommand("query", make(new EventsCommand(false)));
        });
        group(root, "starters", "manifests to begin with", group -> {
            group.addSubcommand("list", make(new Starters.ListAll()));
            group.addSubcommand("show", make(new Starters.Show()));
        });
    }

    private void platform(CommandLine root) {
        for (Kind kind : List.of(Kind.ORG, Kind.PROJECT, Kind.APP, Kind.ENV)) {
            resource(root, kind, group -> {
                group.addSubcommand("create", make(new NamedCommands.Create(kind)));
                group.addSubcommand("update", make(new NamedCommands.Update(kind)));
                group.addSubcommand("delete", make(new DeleteCommand(kind)));
                if (kind.equals(Kind.ENV)) {
                    group.addSubcommand("protect", make(new NamedCommands.Protect(true)));
                    group.addSubcommand("unprotect", make(new NamedCommands.Protect(false)));
                }
            });
        }
        resource(root, Kind.RELEASE, group -> {});
        resource(root, Kind.DEPLOY, group -> {});
        resource(root, Kind.INSTANCE, group -> {});
        resource(root, Kind.ENDPOINT, group -> {});
        resource(root, Kind.ROUTE, group -> {
            group.addSubcommand("create", make(new RouteCreateCommand()));
            group.addSubcommand("delete", make(new DeleteCommand(Kind.ROUTE)));
        });
        group(root, "secrets", "variables that only the workload sees", group -> {
            group.addSubcommand("set", make(new SecretsCommands.SetValues()));
            group.addSubcommand("unset", make(new SecretsCommands.Unset()));
            group.addSubcommand("import", make(new SecretsCommands.Import()));
            group.addSubcommand("list", make(new SecretsCommands.ListNames()));
            group.addSubcommand("versions", make(new SecretsCommands.Versions()));
            group.addSubcommand("status", make(new SecretsCommands.Status()));
            group.addSubcommand("confirm", make(new SecretsCommands.ConfirmNone()));
            group.addSubcommand("rollback", make(new SecretsCommands.Rollback()));
            group.addSubcommand("rotate", make(new SecretsCommands.Rotate()));
            group.addSubcommand("preview", make(new SecretsCommands.Preview()));
            group.addSubcommand("validate", make(new SecretsCommands.Validate()));
            group.addSubcommand("render", make(new SecretsCommands.Render()));
        });
    }

    private void cluster(CommandLine root) {
        for (Kind kind : List.of(Kind.NODE, Kind.EDGE)) {
            resource(root, kind, group -> {
                for (String action : List.of("drain", "activate", "disable", "revoke")) {
                    group.addSubcommand(action, make(new MemberAction(kind, action)));
                }
            });
        }
        resource(root, Kind.TOKEN, group -> {
            group.addSubcommand("create", make(new TokenCreateCommand()));
            group.addSubcommand("delete", make(new DeleteCommand(Kind.TOKEN)));
        });
        group(root, "cluster", "the log and its views", group -> {
            group.addSubcommand("status", make(new ClusterCommands.Status()));
            group.addSubcommand("views", make(new ClusterCommands.Views()));
            group.addSubcommand("rebuild", make(new ClusterCommands.Rebuild()));
            group.addSubcommand("verify", make(new ClusterCommands.Verify()));
        });
    }

    private void config(CommandLine root) {
        group(root, "config", "the cluster's configuration and its revisions", group -> {
            group.addSubcommand("get", make(new ConfigCommands.Get()));
            group.addSubcommand("set", make(new ConfigCommands.Set()));
            group.addSubcommand("validate", make(new ConfigCommands.Validate()));
            group.addSubcommand("versions", make(new ConfigCommands.Versions()));
            group.addSubcommand("diff", make(new ConfigCommands.Diff()));
            group.addSubcommand("rollback", make(new ConfigCommands.Rollback()));
            group.addSubcommand("status", make(new ConfigCommands.Status()));
        });
    }

    private void local(CommandLine root) {
        leaf(root, VersionCommand::new, "version");
        leaf(root, DoctorCommand::new, "doctor");
        leaf(root, CompletionCommand::new, "completion");
        leaf(root, ApiCommand::new, "api");
        group(root, "auth", "sign-in and personal tokens", group -> {
            group.addSubcommand("login", make(new AuthCommands.Login()));
            group.addSubcommand("logout", make(new AuthCommands.Logout()));
            group.addSubcommand("status", make(new AuthCommands.Status()));
            CommandLine tokens = named(new Group(), "tokens", "personal tokens");
            tokens.addSubcommand("list", make(new AuthCommands.TokenList()));
            tokens.addSubcommand("create", make(new AuthCommands.TokenCreate()));
            tokens.addSubcommand("revoke", make(new AuthCommands.TokenRevoke()));
            group.addSubcommand("tokens", tokens);
        });
        group(root, "manifest", "vt.toml without a server", group -> {
            group.addSubcommand("validate", make(new ManifestCommands.Validate()));
            group.addSubcommand("fmt", make(new ManifestCommands.Format()));
            group.addSubcommand("show", make(new ManifestCommands.Show()));
            group.addSubcommand("schema", make(new ManifestCommands.Schema()));
        });
        group(root, "context", "named targets", group -> {
            group.addSubcommand("list", make(new ContextCommands.ListAll()));
            group.addSubcommand("show", make(new ContextCommands.Show()));
            group.addSubcommand("create", make(new ContextCommands.Create()));
            group.addSubcommand("use", make(new ContextCommands.Use()));
            group.addSubcommand("delete", make(new ContextCommands.Delete()));
        });
    }

    /** {@code list} and {@code describe} for any kind, and what {@code more} adds; the singular is accepted. */
    private void resource(CommandLine root, Kind kind, java.util.function.Consumer<CommandLine> more) {
        // "vt deploy" and "vt edge" are commands of their own.
        boolean taken = kind.equals(Kind.EDGE) || kind.equals(Kind.DEPLOY);
        if (!wanted(kind.plural()) && (taken || !wanted(kind.singular()))) {
            return;
        }
        CommandLine group = named(new Group(), kind.plural(), kind.plural());
        group.addSubcommand("list", make(new ListCommand(kind)));
        group.addSubcommand("describe", make(new DescribeCommand(kind)));
        more.accept(group);
        root.addSubcommand(kind.plural(), group, taken ? new String[0] : new String[] {kind.singular()});
    }

    private void group(
            CommandLine root, String name, String description, java.util.function.Consumer<CommandLine> fill) {
        if (wanted(name)) {
            CommandLine group = named(new Group(), name, description);
            fill.accept(group);
            root.addSubcommand(name, group);
        }
    }

    private void leaf(CommandLine root, Supplier<VtCommand> command, String name, String... aliases) {
        if (wanted(name) || List.of(aliases).stream().anyMatch(this::wanted)) {
            root.addSubcommand(name, make(command.get()), aliases);
        }
    }

    private boolean wanted(String name) {
        return first.isEmpty() || first.equals(name);
    }

    private CommandLine make(VtCommand command) {
        command.enter(shell);
        return new CommandLine(command);
    }

    private static CommandLine named(Object command, String name, String description) {
        CommandLine line = new CommandLine(command);
        CommandSpec spec = line.getCommandSpec();
        spec.name(name);
        spec.usageMessage().description(description);
        return line;
    }
}
