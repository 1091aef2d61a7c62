package dev.vt.cli.core;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The world a command runs in; tests hand in a made-up one.
 *
 * @param out data only
 * @param err progress, prompts, warnings, errors
 * @param env environment variables
 * @param keys fresh idempotency keys
 * @param terminals which of the standard streams are terminals
 * @param interrupts Ctrl-C
 */
public record Shell(
        PrintStream out,
        PrintStream err,
        InputStream in,
        Map<String, String> env,
        Path workingDirectory,
        Clock clock,
        Supplier<String> keys,
        Terminals terminals,
        Interrupts interrupts,
        Roles roles) {

    public record Terminals(boolean in, boolean out, boolean err, int width) {
        public static final Terminals NONE = new Terminals(false, false, false, 100);
    }

    /** Runs {@code server}, {@code agent} and {@code edge} in this process; the distribution supplies it. */
    @FunctionalInterface
    public interface Roles {
        int run(String role, String[] args);
    }

    /** An XDG base directory of vt: {@code config}, {@code data}, {@code state} or {@code cache}. */
    public Path directory(String kind) {
        String variable = switch (kind) {
            case "config" -> "XDG_CONFIG_HOME";
            case "data" -> "XDG_DATA_HOME";
            case "state" -> "XDG_STATE_HOME";
            default -> "XDG_CACHE_HOME";
        };
        String fallback = switch (kind) {
            case "config" -> ".config";
            case "data" -> ".local/share";
            case "state" -> ".local/state";
            default -> ".cache";
        };
        String set = env.getOrDefault(variable, "");
        Path base = set.isEmpty() ? Path.of(env.getOrDefault("HOME", "/"), fallback) : Path.of(set);
        return base.resolve("vt");
    }
}
