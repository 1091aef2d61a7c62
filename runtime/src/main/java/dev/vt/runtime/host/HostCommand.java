package dev.vt.runtime.host;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs one program to its end. */
public final class HostCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private HostCommand() {}

    /** A program that is missing, failed or did not end in time. */
    public static final class CommandException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CommandException(String message, Throwable cause) {
            super(message, cause);
        }

        public CommandException(String message) {
            super(message);
        }
    }

    /**
     * @return what it printed, standard error included
     * @throws CommandException if it could not be run or ended with another code than 0
     */
    public static String run(List<String> argv) {
        return run(argv, "");
    }

    /**
     * As {@link #run(List)}.
     *
     * @param input its standard input; for what is too long, or too private, to be an argument
     */
    public static String run(List<String> argv, String input) {
        ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
        builder.environment().put("PATH", PATH);
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new CommandException("could not run " + argv.getFirst(), e);
        }
        try {
            write(process, input);
            String output = new String(process.getInputStream().readNBytes(1 << 20), StandardCharsets.UTF_8);
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new CommandException(argv.getFirst() + " did not end in " + TIMEOUT.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new CommandException(
                        String.join(" ", argv) + " ended with " + process.exitValue() + ": " + output.strip());
            }
            return output;
        } catch (IOException e) {
            throw new CommandException("could not read from " + argv.getFirst(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted while running " + argv.getFirst(), e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** A program that ends without reading all of it says why by its exit code. */
    private static void write(Process process, String input) throws IOException {
        try (OutputStream out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
        }
    }
}
