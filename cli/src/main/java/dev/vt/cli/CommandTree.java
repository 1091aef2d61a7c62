package dev.vt.cli;

import dev.vt.cli.cluster.ClusterCommands;
import dev.vt.cli.cluster.ConfigCommands;
import dev.vt.cli.cluster.MemberAction;
import dev.vt.cli.cluster.NodeLabelCommand;
import dev.vt.cli.cluster.ServerCommands;
import dev.vt.cli.cluster.TokenCreateCommand;
import dev.vt.cli.core.Shell;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.identity.AuditQueryCommand;
import dev.vt.cli.identity.MemberCommands;
import dev.vt.cli.identity.PrincipalCommands;
import dev.vt.cli.identity.QuotaCommands;
import dev.vt.cli.identity.UserCommands;
import dev.vt.cli.local.ApiCommand;
import dev.vt.cli.local.AuthCommands;
import dev.vt.cli.local.CompletionCommand;
import dev.vt.cli.local.ContextCommands;
import dev.vt.cli.local.DoctorCommand;
import dev.vt.cli.local.ManifestCommands;
import dev.vt.cli.local.SettingsCommands;
import dev.vt.cli.local.VersionCommand;
import dev.vt.cli.network.ExplainPathCommand;
import dev.vt.cli.network.OverlayMatrixCommand;
import dev.vt.cli.platform.NamedCommands;
import dev.vt.cli.platform.RouteCommands;
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
import dev.vt.cli.work.InstanceCommands;
import dev.vt.cli.work.LaunchCommand;
import dev.vt.cli.work.LogsCommand;
import dev.vt.cli.work.PlanCommand;
import dev.vt.cli.work.ReleaseCommands;
import dev.vt.cli.work.RestartCommand;
import dev.vt.cli.work.RollbackCommand;
import dev.vt.cli.work.ScaleCommand;
import dev.vt.cli.work.Starters;
import dev.vt.cli.work.StatusCommand;
import dev.vt.cli.work.WaitCommand;
import java.util.ArrayList;
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

    @Command(
            name = "vt",
            description = "A small cloud of your own: run apps in microVMs on your machines.",
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Begin with: vt auth login, vt launch, vt deploy, vt status. Every command has --help.",
                "Exit codes: 0 done, 2 misuse, 3 sign-in or rights, 4 not found, 5 conflict, 6 try again,",
                "7 defect, 8 wait timeout, 9 ended in failure, 10 differences, 130 interrupted."
            })
    static final class Root {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "show this help")
        @SuppressWarnings("UnusedVariable")
        private boolean help;
    }

    @Command
    static final class Group {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "show this help")
        @SuppressWarnings("UnusedVariable")
        private boolean help;
    }

    CommandLine build() {
        CommandLine root = new CommandLine(new Root());
        work(root);
        platform(root);
        identity(root);
        cluster(root);
        network(root);
        config(root);
        local(root);
        RoleCommand.ABOUT.forEach((role, about) -> {
            if (wanted(role)) {
                CommandLine command = about(new CommandLine(new RoleCommand(role, shell)), about);
                if (role.equals("server")) {
                    // The two words of the role that ask a running server; the program sends them here.
                    command.addSubcommand("status", make(new ServerCommands.Status()));
                    command.addSubcommand("leave", make(new ServerCommands.Leave()));
                }
                root.addSubcommand(role, command);
            }
        });
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
        if (wanted("ssh")) {
            root.addSubcommand("ssh", about(make(new ExecCommand(true)), "open a shell in an instance"));
        }
        if (wanted("exec")) {
            CommandLine exec = make(new ExecCommand(false));
            exec.addSubcommand("revoke", make(new ExecCommand.Revoke()));
            root.addSubcommand("exec", exec);
        }
        if (wanted("logs")) {
            CommandLine logs = make(new LogsCommand(false));
            logs.addSubcommand("tail", about(make(new LogsCommand(true)), "print lines as they come, until Ctrl-C"));
            logs.addSubcommand("query", about(make(new LogsCommand(false)), "print lines that are there"));
            root.addSubcommand("logs", logs);
        }
        group(root, "events", "What happened, and why something does or does not converge", group -> {
            group.addSubcommand(
                    "tail", about(make(new EventsCommand(true)), "print events as they happen, until Ctrl-C"));
            group.addSubcommand("query", about(make(new EventsCommand(false)), "print events that happened"));
        });
        group(root, "starters", "Manifests that launch can begin with", group -> {
            group.addSubcommand("list", make(new Starters.ListAll()));
            group.addSubcommand("show", make(new Starters.Show()));
        });
    }

    private void platform(CommandLine root) {
        for (Kind kind : List.of(Kind.ORG, Kind.PROJECT, Kind.APP, Kind.ENV)) {
            resource(root, kind, group -> {
                boolean described = kind.equals(Kind.PROJECT) || kind.equals(Kind.APP);
                NamedCommands.Create create = kind.equals(Kind.ENV)
                        ? new NamedCommands.Create.Env()
                        : described ? new NamedCommands.Create.Described(kind) : new NamedCommands.Create(kind);
                NamedCommands.Update update = kind.equals(Kind.ORG)
                        ? new NamedCommands.Update.Org()
                        : described ? new NamedCommands.Update.Described(kind) : new NamedCommands.Update(kind);
                group.addSubcommand("create", about(make(create), "create " + one(kind)));
                group.addSubcommand("update", about(make(update), "change " + one(kind) + ", for example its name"));
                group.addSubcommand("delete", about(make(new DeleteCommand(kind)), "delete " + one(kind)));
                if (kind.equals(Kind.ENV)) {
                    group.addSubcommand("protect", make(new NamedCommands.Protect(true)));
                    group.addSubcommand("unprotect", make(new NamedCommands.Protect(false)));
                }
            });
        }
        resource(root, Kind.RELEASE, group -> {
            group.addSubcommand("create", make(new ReleaseCommands.Create()));
            group.addSubcommand("diff", make(new ReleaseCommands.Diff()));
            group.addSubcommand("promote", make(new DeployCommand.Promote()));
        });
        resource(root, Kind.DEPLOY, group -> {});
        resource(root, Kind.PROCESS, group -> {});
        resource(root, Kind.INSTANCE, group -> {
            group.addSubcommand("restart", make(new InstanceCommands.Restart()));
            group.addSubcommand("diagnose", make(new InstanceCommands.Diagnose()));
        });
        resource(root, Kind.ENDPOINT, group -> {});
        resource(root, Kind.EXEC_SESSION, group -> {});
        resource(root, Kind.ROUTE, group -> {
            group.addSubcommand("create", make(new RouteCommands.Create()));
            group.addSubcommand("update", make(new RouteCommands.Update()));
            group.addSubcommand("delete", about(make(new DeleteCommand(Kind.ROUTE)), "delete a route"));
        });
        group(root, "secrets", "Secret variables of an environment; only the workload sees their values", group -> {
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

    /** Who may do what, and how much. */
    private void identity(CommandLine root) {
        resource(root, Kind.MEMBER, group -> {
            group.addSubcommand("add", make(new MemberCommands.Add()));
            group.addSubcommand("update", make(new MemberCommands.Update()));
            group.addSubcommand("remove", make(new MemberCommands.Remove()));
        });
        resource(
                root,
                Kind.SERVICE_PRINCIPAL,
                group -> {
                    group.addSubcommand("create", make(new PrincipalCommands.Create()));
                    group.addSubcommand("update", make(new PrincipalCommands.Update()));
                    group.addSubcommand("delete", make(new DeleteCommand(Kind.SERVICE_PRINCIPAL)));
                    group.addSubcommand("rotate", make(new PrincipalCommands.Rotate()));
                },
                "sp");
        resource(root, Kind.USER, group -> {
            group.addSubcommand("create", make(new UserCommands.Create()));
            group.addSubcommand("update", make(new UserCommands.Update()));
            group.addSubcommand("invite", make(new UserCommands.Invite()));
            group.addSubcommand("enable", make(new UserCommands.Switch(true)));
            group.addSubcommand("disable", make(new UserCommands.Switch(false)));
        });
        group(root, "quotas", "How much the org may have", group -> {
            group.addSubcommand("show", make(new QuotaCommands.Show()));
            group.addSubcommand("set", make(new QuotaCommands.SetLimits()));
        });
        group(root, "usage", "How much the org has", group -> {
            group.addSubcommand("show", make(new QuotaCommands.Usage()));
        });
        group(root, "audit", "Who did what that matters", group -> {
            group.addSubcommand("query", make(new AuditQueryCommand()));
        });
    }

    private void cluster(CommandLine root) {
        for (Kind kind : List.of(Kind.NODE, Kind.EDGE)) {
            resource(root, kind, group -> {
                for (String action : List.of("drain", "activate", "disable", "revoke", "fence")) {
                    if (kind.equals(Kind.NODE) || !action.equals("fence")) {
                        MemberAction command = new MemberAction(kind, action);
                        group.addSubcommand(action, about(make(command), command.about()));
                    }
                }
                if (kind.equals(Kind.NODE)) {
                    group.addSubcommand("label", make(new NodeLabelCommand()));
                }
            });
        }
        resource(root, Kind.TOKEN, group -> {
            group.addSubcommand("create", make(new TokenCreateCommand()));
            group.addSubcommand("delete", about(make(new DeleteCommand(Kind.TOKEN)), "revoke an enrollment token"));
        });
        resource(root, Kind.HOSTNAME_RESERVATION, group -> {
            DeleteCommand lift = new DeleteCommand(Kind.HOSTNAME_RESERVATION);
            group.addSubcommand("delete", about(make(lift), "let anybody take a reserved hostname"));
        });
        group(root, "cluster", "The cluster as a whole: servers, the log and what is made from it", group -> {
            group.addSubcommand("status", make(new ClusterCommands.Status()));
            group.addSubcommand("servers", make(new ClusterCommands.Servers()));
            for (String action : List.of("promote", "demote", "remove")) {
                ServerCommands.Change command = new ServerCommands.Change(action);
                group.addSubcommand(action, about(make(command), command.about()));
            }
            group.addSubcommand("transfer-leadership", make(new ServerCommands.TransferLeadership()));
            CommandLine events = named(new Group(), "events", "Events of the whole cluster, for operators");
            events.addSubcommand(
                    "tail", about(make(new EventsCommand(true, true)), "print events as they happen, until Ctrl-C"));
            events.addSubcommand("query", about(make(new EventsCommand(false, true)), "print events that happened"));
            group.addSubcommand("events", events);
            group.addSubcommand("views", make(new ClusterCommands.Views()));
            group.addSubcommand("rebuild", make(new ClusterCommands.Rebuild()));
            group.addSubcommand("verify", make(new ClusterCommands.Verify()));
        });
    }

    private void network(CommandLine root) {
        group(root, "overlay", "The network between nodes", group -> {
            group.addSubcommand("matrix", make(new OverlayMatrixCommand()));
        });
        group(root, "ipam", Kind.IPAM.about(), group -> {
            group.addSubcommand(
                    "list", about(make(new ListCommand(Kind.IPAM)), "list the addresses that are taken or cool down"));
            group.addSubcommand(
                    "describe", about(make(new DescribeCommand(Kind.IPAM)), "show who has an address, and since when"));
        });
        leaf(root, ExplainPathCommand::new, "explain-path");
    }

    private void config(CommandLine root) {
        group(root, "config", "The cluster's configuration and its revisions", group -> {
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
        group(root, "auth", "Sign in, and make personal tokens for scripts", group -> {
            group.addSubcommand("login", make(new AuthCommands.Login()));
            group.addSubcommand("logout", make(new AuthCommands.Logout()));
            group.addSubcommand("status", make(new AuthCommands.Status()));
            CommandLine tokens = named(new Group(), "tokens", "Personal tokens, for scripts");
            tokens.addSubcommand("list", make(new AuthCommands.TokenList()));
            tokens.addSubcommand("create", make(new AuthCommands.TokenCreate()));
            tokens.addSubcommand("revoke", make(new AuthCommands.TokenRevoke()));
            group.addSubcommand("tokens", tokens);
        });
        group(root, "manifest", "Check and format vt.toml; needs no server", group -> {
            group.addSubcommand("validate", make(new ManifestCommands.Validate()));
            group.addSubcommand("fmt", make(new ManifestCommands.Format()));
            group.addSubcommand("show", make(new ManifestCommands.Show()));
            group.addSubcommand("schema", make(new ManifestCommands.Schema()));
        });
        group(root, "settings", "Settings of the context in force", group -> {
            group.addSubcommand("list", make(new SettingsCommands.ListAll()));
            group.addSubcommand("get", make(new SettingsCommands.Get()));
            group.addSubcommand("set", make(new SettingsCommands.Put()));
            group.addSubcommand("path", make(new SettingsCommands.Where()));
        });
        group(root, "context", "Named targets: server, org, project, app and env under one name", group -> {
            group.addSubcommand("list", make(new ContextCommands.ListAll()));
            group.addSubcommand("show", make(new ContextCommands.Show()));
            group.addSubcommand("create", make(new ContextCommands.Create()));
            group.addSubcommand("use", make(new ContextCommands.Use()));
            group.addSubcommand("delete", make(new ContextCommands.Delete()));
        });
    }

    /** {@code list} and {@code describe} for any kind, and what {@code more} adds; the singular is accepted. */
    private void resource(
            CommandLine root, Kind kind, java.util.function.Consumer<CommandLine> more, String... abbreviations) {
        // "vt deploy" and "vt edge" are commands of their own.
        boolean taken = kind.equals(Kind.EDGE) || kind.equals(Kind.DEPLOY);
        List<String> aliases = new ArrayList<>(List.of(abbreviations));
        if (!taken) {
            aliases.add(kind.singular());
        }
        if (!wanted(kind.plural()) && aliases.stream().noneMatch(this::wanted)) {
            return;
        }
        String about = kind.about().isEmpty() ? kind.plural() : kind.about();
        CommandLine group = named(new Group(), kind.plural(), about);
        ListCommand list =
                List.of(Kind.INSTANCE, Kind.DEPLOY, Kind.EXEC_SESSION).contains(kind)
                        ? new ListCommand.ByStatus(kind)
                        : new ListCommand(kind);
        group.addSubcommand(
                "list", about(make(list), "list the " + kind.plural().replace('-', ' ')));
        group.addSubcommand(
                "describe",
                about(
                        make(new DescribeCommand(kind)),
                        "show everything about " + one(kind) + ", and what happened to it"));
        more.accept(group);
        root.addSubcommand(kind.plural(), group, aliases.toArray(String[]::new));
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

    private static String one(Kind kind) {
        return ("aeiou".indexOf(kind.singular().charAt(0)) < 0 ? "a " : "an ") + kind.words();
    }

    private static CommandLine about(CommandLine command, String text) {
        command.getCommandSpec().usageMessage().description(text);
        return command;
    }

    private static CommandLine named(Object command, String name, String description) {
        CommandLine line = new CommandLine(command);
        CommandSpec spec = line.getCommandSpec();
        spec.name(name);
        spec.usageMessage().description(description);
        return line;
    }
}
