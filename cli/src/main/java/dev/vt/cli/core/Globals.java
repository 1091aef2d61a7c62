package dev.vt.cli.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags every command takes (cli.md §2). */
@SuppressWarnings("NullAway.Init")
public final class Globals {
    @Option(names = "--org", paramLabel = "NAME", description = "org: name or id")
    public @Nullable String org;

    @Option(names = "--project", paramLabel = "NAME", description = "project: name or id")
    public @Nullable String project;

    @Option(names = "--app", paramLabel = "NAME", description = "app: name or id")
    public @Nullable String app;

    @Option(names = "--env", paramLabel = "NAME", description = "environment: name or id")
    public @Nullable String env;

    @Option(names = "--context", paramLabel = "NAME", description = "named target to use, see vt context")
    public @Nullable String context;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "address of the API, for example https://vt.example.com; several with commas")
    public @Nullable String server;

    @Option(names = "--format", paramLabel = "FORMAT", description = "table, json or ids", defaultValue = "table")
    public String format = "table";

    @Option(names = "--json", description = "same as --format json")
    public boolean json;

    @Option(names = "--no-color", description = "print without colour")
    public boolean noColor;

    @Option(names = "--no-input", description = "never ask; fail instead")
    public boolean noInput;

    @Option(names = "--yes", description = "confirm without asking")
    public boolean yes;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "repeat a command with the same key and it happens once")
    public @Nullable String idempotencyKey;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "longest silence of one call, default 30s")
    public @Nullable String timeout;

    @Option(names = "--verbose", description = "say where each part of the target came from")
    public boolean verbose;

    @Option(names = "--debug", description = "print each call to standard error, without headers and bodies")
    public boolean debug;

    /** @throws CliException for values that no command takes */
    void check() {
        if (!List.of("table", "json", "ids").contains(format)) {
            throw new CliException(CliError.usage(
                    "invalid_argument", "there is no format '" + format + "'", "use --format table, json or ids"));
        }
        if (idempotencyKey != null && !idempotencyKey.matches("[A-Za-z0-9._:-]{8,120}")) {
            throw new CliException(CliError.usage(
                    "invalid_argument",
                    "--idempotency-key takes 8 to 120 of A-Z a-z 0-9 . _ : -",
                    "use for example a UUID"));
        }
    }

    public boolean isJson() {
        return json || "json".equals(format);
    }

    public boolean isIds() {
        return !json && "ids".equals(format);
    }
}
