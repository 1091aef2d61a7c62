package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Durations;
import dev.vt.cli.core.VtCommand;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** Whether and how a mutation is followed until it has converged (cli.md §7). */
public final class WaitOptions implements VtCommand.Checked {
    @Option(names = "--wait", description = "follow until done; the exit code tells how it ended")
    public boolean wait;

    @Option(names = "--no-wait", description = "return when the change is accepted; the default")
    public boolean noWait;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            description = "end the waiting after this, default 10m; the change goes on",
            defaultValue = "10m")
    public String timeout = "10m";

    @Option(names = "--progress", paramLabel = "KIND", description = "auto, plain, json or none", defaultValue = "auto")
    public String progress = "auto";

    @Override
    public void check() {
        Duration _ = limit();
        if (!List.of("auto", "plain", "json", "none").contains(progress)) {
            throw new CliException(CliError.usage(
                    "invalid_argument",
                    "there is no progress '" + progress + "'",
                    "use --progress auto, plain, json or none"));
        }
    }

    boolean isWanted() {
        return wait && !noWait;
    }

    Duration limit() {
        return Durations.parse("--wait-timeout", timeout);
    }
}
