package dev.vt.simulation.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the system to its end, within a bound. */
public final class Command {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Command() {}

    /**
     * What it printed.
     *
     * @throws HostException if it fails, or does not end in time
     */
    public static String run(String... command) throws InterruptedException {
        return run(List.of(command));
    }

    public static String run(List<String> command) throws InterruptedException {
        try {
            Path output = Files.createTempFile("vt-command-", ".out");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                    throw new HostException(command + " did not end within " + LIMIT.toSeconds() + " s");
                }
                String said = Files.readString(output, StandardCharsets.UTF_8);
                if (process.exitValue() != 0) {
                    throw new HostException(command + " ended with " + process.exitValue() + ": " + said);
                }
                return said;
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new HostException("could not run " + command, e);
        }
    }
}
