package dev.vt.cli;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Shell;
import dev.vt.cli.output.ErrorPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs one command line and gives its exit code (cli.md §7). */
public final class Cli {
    private Cli() {}

    public static int run(Shell shell, String[] given) {
        if (given.length > 0 && given[0].equals(Completion.WORD)) {
            return Completion.run(shell, List.of(given).subList(1, given.length));
        }
        String[] args = Arguments.flagsLast(given);
        boolean json = Arguments.wantJson(args);
        CommandLine root = new CommandTree(shell, firstWord(args)).build();
        if (root.getSubcommands().isEmpty() || !root.getSubcommands().containsKey(firstWord(args))) {
            root = new CommandTree(shell, "").build();
        }
        root.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
        root.setUsageHelpWidth(100);
        root.setParameterExceptionHandler((e, arguments) -> fail(shell, misuse(e), json));
        root.setExecutionExceptionHandler((e, line, result) -> fail(shell, explain(e), json));
        if (args.length == 0) {
            root.usage(shell.out());
            return 0;
        }
        int exit = root.execute(args);
        shell.out().flush();
        shell.err().flush();
        return exit;
    }

    private static String firstWord(String[] args) {
        for (String arg : args) {
            if (!arg.startsWith("-")) {
                return arg;
            }
        }
        return "";
    }

    private static int fail(Shell shell, CliError error, boolean json) {
        shell.out().flush();
        ErrorPrinter.print(shell.err(), error, json);
        return error.exitCode();
    }

    /** A misuse explains itself by the command's help, and by the nearest known word. */
    private static CliError misuse(ParameterException e) {
        CommandLine line = e.getCommandLine();
        String message = String.valueOf(e.getMessage());
        @Nullable String fix = line.getCommandSpec().qualifiedName() + " --help";
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().getFirst();
            Set<String> known = new TreeSet<>(line.getSubcommands().keySet());
            known.addAll(line.getCommandSpec().optionsMap().keySet());
            message = "'" + word + "' is not known to " + line.getCommandSpec().qualifiedName()
                    + dev.vt.kernel.NearestName.of(word, known)
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse("");
        } else if (line.getCommandSpec().userObject() instanceof CommandTree.Group
                || line.getCommandSpec().userObject() instanceof CommandTree.Root) {
            message = line.getCommandSpec().qualifiedName() + " needs one of: "
                    + String.join(", ", new TreeSet<>(line.getSubcommands().keySet()));
        }
        return CliError.usage("invalid_argument", message.lines().findFirst().orElse(message), fix);
    }

    private static CliError explain(Exception e) {
        return switch (e) {
            case CliException known -> known.error();
            case ParameterException misuse -> misuse(misuse);
            case NoSuchFileException absent ->
                CliError.usage("invalid_argument", "there is no file " + absent.getFile(), "check the path");
            case IOException io ->
                CliError.of("failure", 1, "failure", io.getClass().getSimpleName() + ": " + io.getMessage(), null);
            case InterruptedException interrupted -> CliError.interrupted();
            default ->
                CliError.of(
                        "internal",
                        7,
                        "internal",
                        "a defect in vt: " + e.getClass().getName() + ": " + e.getMessage(),
                        "report it with the command and --debug");
        };
    }
}
