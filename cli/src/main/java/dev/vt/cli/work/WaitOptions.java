package dev.vt.cli.work;

import dev.vt.cli.core.Durations;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Whether and how a mutation is followed until it has converged (cli.md §7). */
public final class WaitOptions {
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

    boolean isWanted() {
        return wait && !noWait;
    }

    Duration limit() {
        return Durations.parse("--wait-timeout", timeout);
    }
}
