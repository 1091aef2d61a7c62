package dev.vt.cli.work;

import picocli.CommandLine.Option;

/** Whether and how a mutation is followed until it has converged (cli.md §7). */
public final class WaitOptions {
    @Option(names = "--wait", description = "follow until done")
    public boolean wait;

    @Option(names = "--no-wait", description = "the default")
    public boolean noWait;

    @Option(names = "--wait-timeout", paramLabel = "DURATION", description = "default 10m", defaultValue = "10m")
    public String timeout = "10m";

    @Option(names = "--progress", paramLabel = "KIND", description = "auto, plain, json or none", defaultValue = "auto")
    public String progress = "auto";
}
