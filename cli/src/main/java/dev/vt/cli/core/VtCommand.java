package dev.vt.cli.core;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A leaf of the command tree: its options are fields, its work is {@link #run(Session)}. */
@SuppressWarnings("NullAway.Init")
public abstract class VtCommand implements Callable<Integer> {
    @Mixin
    protected Globals globals;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private @Nullable Shell shell;

    /** A group of flags whose values can be wrong: checked before the command does anything. */
    @FunctionalInterface
    public interface Checked {
        /** @throws CliException for values that cannot be meant */
        void check();
    }

    /** Handed in by the command factory before parsing. */
    public final void enter(Shell world) {
        this.shell = world;
    }

    /** @return the exit code */
    protected abstract int run(Session session) throws Exception;

    @Override
    public final Integer call() throws Exception {
        if (shell == null) {
            throw new IllegalStateException("the command was not made by the program's factory");
        }
        globals.check();
        for (CommandSpec mixin : spec.mixins().values()) {
            if (mixin.userObject() instanceof Checked flags) {
                flags.check();
            }
        }
        return run(new Session(shell, globals));
    }

    protected final CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }
}
