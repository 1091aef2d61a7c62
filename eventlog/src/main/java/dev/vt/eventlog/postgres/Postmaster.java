package dev.vt.eventlog.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's main process on a home: found or started, asked whether it answers, stopped. */
final class Postmaster {
    private static final Logger log = LoggerFactory.getLogger(Postmaster.class);
    private static final Duration START_DEADLINE = Duration.ofSeconds(90);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int SHOWN_LINES = 20;

    private final ServerHome home;
    private final ProcessHandle process;
    private final int port;

    private Postmaster(ServerHome home, ProcessHandle process, int port) {
        this.home = home;
        this.process = process;
        this.port = port;
    }

    /** What came of an attempt to start: a server, or what it said before it ended. */
    record Attempt(Optional<Postmaster> started, String said) {}

    /**
     * The server that an earlier process left behind, if it is of this version, has these settings and answers; any other is
     * stopped.
     */
    static Optional<Postmaster> adopt(ServerHome home, List<String> settings) throws IOException {
        Optional<PostmasterPid> living = PostmasterPid.ofLiving(home.data());
        Optional<ProcessHandle> process = living.flatMap(found -> ProcessHandle.of(found.pid()));
        if (living.isEmpty() || process.isEmpty()) {
            return Optional.empty();
        }
        Postmaster found = new Postmaster(home, process.get(), living.get().port());
        if (living.get().runs(home.program("postgres")) && hasSettings(home, settings) && found.answers()) {
            log.info("postgres adopted pid={} port={}", found.pid(), found.port());
            return Optional.of(found);
        }
        log.info("postgres of an earlier run does not fit or answer, stopping it pid={}", found.pid());
        found.stop();
        return Optional.empty();
    }

    /** {@code postmaster.opts} is the command line of the last start. */
    private static boolean hasSettings(ServerHome home, List<String> settings) throws IOException {
        Path file = home.data().resolve("postmaster.opts");
        String options = Files.exists(file) ? Files.readString(file) : "";
        return settings.stream().allMatch(setting -> options.contains("\"" + setting + "\""));
    }

    /** @param endsWithJvm the kernel is asked to stop the server when this process ends, however it ends */
    static Attempt start(ServerHome home, List<String> settings, int port, boolean endsWithJvm) throws IOException {
        DroppedRights rights = home.rights();
        List<String> command = new ArrayList<>();
        if (endsWithJvm) {
            // Innermost: the kernel forgets this wish when the user id changes.
            command.addAll(List.of("setpriv", "--pdeathsig=INT"));
        }
        command.add(rights.inside(home.program("postgres")).toString());
        command.addAll(List.of("-D", rights.inside(home.data()).toString(), "-c", "port=" + port));
        settings.forEach(setting -> command.addAll(List.of("-c", setting)));
        Process process = spawn(rights.command(command), home);
        Postmaster server = new Postmaster(home, process.toHandle(), port);
        if (server.becomesReady(process)) {
            log.info("postgres started pid={} port={}", server.pid(), port);
            return new Attempt(Optional.of(server), "");
        }
        return new Attempt(Optional.empty(), lastLines(home));
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    /** Completes when the process is gone. */
    CompletableFuture<ProcessHandle> exit() {
        return process.onExit();
    }

    private boolean answers() {
        PostgresAddress address = PostgresAddress.loopback(port, "postgres", ServerHome.USER, home.password());
        try (Connection connection = address.connect()) {
            return connection.isValid(5);
        } catch (SQLException refused) {
            return false;
        }
    }

    /** A kernel that was asked watches the thread that started the process: that is one of our own, which lives as long. */
    private static Process spawn(List<String> command, ServerHome home) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.path().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(home.path().resolve("server.log").toFile())
                .redirectErrorStream(true);
        ServerHome.plainEnvironment(builder);
        CompletableFuture<Process> started = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("postgres-parent").start(() -> {
            try {
                Process process = builder.start();
                started.complete(process);
                process.waitFor();
            } catch (IOException e) {
                started.completeExceptionally(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return started.join();
        } catch (CompletionException e) {
            throw new PostgresException("could not start PostgreSQL", e);
        }
    }

    private boolean becomesReady(Process child) {
        long deadline = System.nanoTime() + START_DEADLINE.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                if (child.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
                if (PostmasterPid.ofLiving(home.data()).isPresent() && answers()) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stop();
        return false;
    }

    /** SIGINT is PostgreSQL's fast shutdown: sessions end, a checkpoint is written; Java itself sends only SIGTERM. */
    void stop() {
        if (!process.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("sh", "-c", "kill -INT " + pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
            process.onExit().get(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            log.info("postgres stopped pid={}", pid());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | ExecutionException e) {
            throw new PostgresException("could not stop PostgreSQL in " + home.path(), e);
        } catch (TimeoutException e) {
            log.warn("postgres did not stop in time, killing it pid={}", pid());
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private static String lastLines(ServerHome home) throws IOException {
        List<Path> files = new ArrayList<>(List.of(home.path().resolve("server.log")));
        Path collected = home.data().resolve("log");
        if (Files.isDirectory(collected)) {
            try (var listing = Files.list(collected)) {
                listing.sorted().forEach(files::add);
            }
        }
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            if (Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            }
        }
        return text.toString();
    }
}
