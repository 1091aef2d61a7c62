package dev.vt.runtime.channel;

import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.UnixChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The real init as a plain process that listens on a Unix socket; guest/build.sh builds it if it is not there. */
final class InitProcess implements AutoCloseable {
    static final String INSTANCE = "inst_test";
    static final String BOOT = "boot_test";
    static final BaseSnapshot TEMPLATE = new BaseSnapshot("shape", "template-shape", "boot-shape");

    private final Path directory;
    private final Process process;

    private InitProcess(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    static InitProcess start() throws IOException, InterruptedException {
        return start(false);
    }

    /** Named {@link #TEMPLATE}'s until it is given an identity. */
    static InitProcess startTemplate() throws IOException, InterruptedException {
        return start(true);
    }

    private static InitProcess start(boolean template) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("vt-init");
        Process process = new ProcessBuilder(
                        binary().toString(),
                        "--no-pid1",
                        "--listen",
                        directory.resolve("ctl").toString(),
                        "--run",
                        directory.toString(),
                        "--id",
                        template ? TEMPLATE.guestId() : INSTANCE,
                        "--boot",
                        template ? TEMPLATE.guestBootId() : BOOT,
                        "--template",
                        template ? "1" : "0")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("console").toFile())
                .start();
        InitProcess init = new InitProcess(directory, process);
        try {
            Await.until(Duration.ofSeconds(10), () -> Files.exists(directory.resolve("ctl")));
        } catch (AssertionError e) {
            init.close();
            throw e;
        }
        return init;
    }

    private static Path binary() throws IOException, InterruptedException {
        // guest/test.sh can set this to the build with sanitizers.
        String chosen = System.getenv("VT_INIT");
        if (chosen != null) {
            return Path.of(chosen);
        }
        Path guest = root().resolve("guest");
        Path binary = guest.resolve("build/vt-init");
        if (!Files.isExecutable(binary)) {
            Process build = new ProcessBuilder(guest.resolve("build.sh").toString())
                    .inheritIO()
                    .start();
            if (!build.waitFor(120, TimeUnit.SECONDS) || build.exitValue() != 0) {
                throw new IOException("guest/build.sh failed");
            }
        }
        return binary;
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("guest/build.sh"))) {
            Path parent = at.getParent();
            if (parent == null) {
                throw new IllegalStateException("not inside the repository");
            }
            at = parent;
        }
        return at;
    }

    UnixChannel connect() throws IOException {
        return UnixChannel.connect(directory.resolve("ctl"));
    }

    GuestChannel open(GuestEvents events) throws IOException, InterruptedException {
        return GuestChannel.open(connect(), INSTANCE, BOOT, 1, Duration.ofSeconds(10), events);
    }

    Path run() {
        return directory;
    }

    boolean awaitExit(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try (Stream<Path> files = Files.walk(directory)) {
            process.waitFor();
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
