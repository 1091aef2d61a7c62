package dev.vt.cli;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The last names that the server gave for one question about one target, below the cache directory (C13). */
final class CompletionCache {
    private static final Duration LIFE = Duration.ofSeconds(15);

    private final Shell shell;
    private final Path file;

    CompletionCache(Shell shell, Session session, String what) {
        this.shell = shell;
        String target = session.server() + " " + session.target().given() + " " + what;
        this.file = shell.directory("cache")
                .resolve("completion")
                .resolve(what + "-" + Integer.toHexString(target.hashCode()));
    }

    /** Young enough to be used unasked. */
    Optional<List<String>> fresh() {
        try {
            Duration age = Duration.between(
                    Files.getLastModifiedTime(file).toInstant(), shell.clock().instant());
            return age.compareTo(LIFE) < 0 && !age.isNegative() ? Optional.of(stale()) : Optional.empty();
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    List<String> stale() {
        try {
            return Files.readAllLines(file);
        } catch (IOException absent) {
            return List.of();
        }
    }

    void store(List<String> names) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, names);
        } catch (IOException readOnly) {
            // The next time costs a call again.
        }
    }
}
