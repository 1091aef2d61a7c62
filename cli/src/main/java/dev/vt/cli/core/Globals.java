package dev.vt.cli.core;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags every command takes (cli.md §2). */
@SuppressWarnings("NullAway.Init")
public final class Globals {
    @Option(names = "--org", paramLabel = "NAME", description = "organisation, name or id")
    public @Nullable String org;

    @Option(names = "--project", paramLabel = "NAME", description = "project, name or id")
    public @Nullable String project;

    @Option(names = "--app", paramLabel = "NAME", description = "app, name or id")
    public @Nullable String app;

    @Option(names = "--env", paramLabel = "NAME", description = "environment, name or id")
    public @Nullable String env;

    @Option(names = "--context", paramLabel = "NAME", description = "context to use")
    public @Nullable String context;

    @Option(names = "--server", paramLabel = "URL", description = "address of the API")
    public @Nullable String server;

    @Option(names = "--format", paramLabel = "FORMAT", description = "table, json or ids", defaultValue = "table")
    public String format = "table";

    @Option(names = "--json", description = "same as --format json")
    public boolean json;

    @Option(names = "--no-color", description = "no colour")
    public boolean noColor;

    @Option(names = "--no-input", description = "never ask")
    public boolean noInput;

    @Option(names = "--yes", description = "confirm without asking")
    public boolean yes;

    @Option(names = "--idempotency-key", paramLabel = "KEY", description = "makes separate invocations one")
    public @Nullable String idempotencyKey;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "limit for one call, default 30s")
    public @Nullable String timeout;

    @Option(names = "--verbose", description = "say where each part of the target came from")
    public boolean verbose;

    @Option(names = "--debug", description = "log calls to standard error, redacted")
    public boolean debug;

    public boolean isJson() {
        return json || "json".equals(format);
    }

    public boolean isIds() {
        return !json && "ids".equals(format);
    }
}
