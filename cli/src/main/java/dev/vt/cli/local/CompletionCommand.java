package dev.vt.cli.local;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vt completion bash|zsh|fish}: a script for the shell's start-up file. */
@Command(name = "completion", description = "shell completion script")
@SuppressWarnings("NullAway.Init")
public final class CompletionCommand extends VtCommand {
    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
    private String name;

    @Spec
    private CommandSpec spec;

    @Override
    protected int run(Session session) {
        CommandLine root = spec.root().commandLine();
        switch (name) {
            case "bash", "zsh" -> session.out().print(AutoComplete.bash("vt", root));
            case "fish" -> session.out().print(fish(root));
            default ->
                throw new CliException(CliError.usage(
                        "invalid_argument", "no completion for '" + name + "'", "use bash, zsh or fish"));
        }
        return 0;
    }

    private static String fish(CommandLine root) {
        StringBuilder out = new StringBuilder();
        root.getSubcommands().forEach((command, line) -> {
            String description =
                    String.join(" ", line.getCommandSpec().usageMessage().description());
            out.append("complete -c vt -n __fish_use_subcommand -f -a ")
                    .append(command)
                    .append(" -d '")
                    .append(description.replace("'", ""))
                    .append("'\n");
            line.getSubcommands()
                    .keySet()
                    .forEach(sub -> out.append("complete -c vt -n '__fish_seen_subcommand_from ")
                            .append(command)
                            .append("' -f -a ")
                            .append(sub)
                            .append('\n'));
        });
        return out.toString();
    }
}
