package dev.vt.cli.roles;

import dev.vt.cli.core.Shell;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code vt server}, {@code vt agent}, {@code vt edge}, {@code vt dev}: named here for help and completion. The program hands
 * their arguments to the role before this tree is built.
 */
@Command(description = "run a role of the platform in this process")
@SuppressWarnings("NullAway.Init")
public final class RoleCommand implements Callable<Integer> {
    private final String role;
    private final Shell shell;

    @Parameters(arity = "0..*", paramLabel = "ARGS", description = "see vt ROLE --help")
    private List<String> arguments = List.of();

    @Option(names = "--help", usageHelp = true, description = "show this help")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    public RoleCommand(String role, Shell shell) {
        this.role = role;
        this.shell = shell;
    }

    @Override
    public @Nullable Integer call() {
        return shell.roles().run(role, arguments.toArray(String[]::new));
    }
}
