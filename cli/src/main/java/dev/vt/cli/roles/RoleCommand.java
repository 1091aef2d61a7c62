package dev.vt.cli.roles;

import dev.vt.cli.core.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * {@code vt server}, {@code vt agent}, {@code vt edge}, {@code vt dev}: named here for help and completion. The program hands
 * their arguments to the role before this tree is built; the role explains itself.
 */
@Command
public final class RoleCommand implements Callable<Integer> {
    /** What each role is, for help. */
    public static final Map<String, String> ABOUT = new TreeMap<>(Map.of(
            "server", "run a server of the control plane, or set one up",
            "agent", "run the agent of a machine that runs VMs, or let the machine join",
            "edge", "run a machine that takes connections from outside, or let it join",
            "dev", "run server, agent and edge on this machine, to try things out",
            "image", "make an image from a directory, and push it to a registry"));

    private final String role;
    private final Shell shell;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    public RoleCommand(String role, Shell shell) {
        this.role = role;
        this.shell = shell;
    }

    @Override
    public @Nullable Integer call() {
        return shell.roles().run(role, arguments.toArray(String[]::new));
    }
}
