package dev.vt.eventlog.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running PostgreSQL server of our own. Thread-safe after {@link #start}; {@link #close} stops the server in order.
 *
 * <p>Every commit is on disk before it is answered: {@code fsync} and {@code synchronous_commit} are on.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String USER = "vt";
    private static final Duration START_DEADLINE = Duration.ofSeconds(90);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int ATTEMPTS = 10;

    /**
     * @param home holds the cluster, its password and its logs; created if absent
     * @param programs where the distribution is unpacked; usually {@code home}
     * @param durable false only for tests that throw the data away
     * @param endsWithJvm the server stops when this process dies, however it dies; otherwise the next start adopts it
     * @param maxConnections of all clients together
     */
    public record Config(Path home, Path programs, boolean durable, boolean endsWithJvm, int maxConnections) {
        public static Config durable(Path home) {
            return new Config(home, home, true, false, 100);
        }
    }

    private final HomeLock lock;
    private final Path data;
    private final long pid;
    private final int port;
    private final String password;

    private EmbeddedPostgres(HomeLock lock, Path data, long pid, int port, String password) {
        this.lock = lock;
        this.data = data;
        this.pid = pid;
        this.port = port;
        this.password = password;
    }

    /**
     * Adopts the server that already runs on this home, or starts one, making the cluster at first.
     *
     * @throws PostgresException if another process uses this home, or with what the server said if it does not answer
     *     within 90 s
     */
    public static EmbeddedPostgres start(Config config) {
        try {
            Path home = config.home().toAbsolutePath().normalize();
            Files.createDirectories(home);
            home = home.toRealPath();
            HomeLock lock = HomeLock.take(home);
            try {
                return start(config, home, lock);
            } catch (RuntimeException | IOException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new PostgresException("could not prepare PostgreSQL in " + config.home(), e);
        }
    }

    private static EmbeddedPostgres start(Config config, Path home, HomeLock lock) throws IOException {
        Path data = home.resolve("data");
        DroppedRights rights = DroppedRights.forHome(home);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Path wanted = config.programs().toAbsolutePath().normalize();
        Files.createDirectories(wanted);
        Path programs = Distribution.unpackBelow(rights.reaches(wanted) ? wanted : home);
        String password = password(home);
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise(programs, home, data, rights, password);
        }
        Optional<EmbeddedPostgres> adopted = adopt(lock, programs, data, password);
        if (adopted.isPresent()) {
            return adopted.get();
        }
        return launch(config, lock, programs, home, data, rights, password);
    }

    /** The way into a database of this server, as its owner. */
    public PostgresAddress address(String database) {
        return PostgresAddress.loopback(port, database, USER, password);
    }

    /** Creates the database unless it exists. */
    public PostgresAddress database(String name) {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a database name: " + name);
        }
        try (Connection connection = address("postgres").connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet found = statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + name + "'")) {
                if (found.next()) {
                    return address(name);
                }
            }
            statement.execute("CREATE DATABASE " + name);
            return address(name);
        } catch (SQLException e) {
            throw new PostgresException("could not create database " + name, e);
        }
    }

    /** The server's main process. */
    public long pid() {
        return pid;
    }

    /** Ends all sessions and stops the server, checkpoint included; returns when it is gone. */
    @Override
    public void close() {
        try {
            stop(data, pid);
        } finally {
            lock.close();
        }
    }

    /** Forgets the server without stopping it, as a process that is killed does. */
    void abandon() {
        lock.close();
    }

    private static Optional<EmbeddedPostgres> adopt(HomeLock lock, Path programs, Path data, String password)
            throws IOException {
        Optional<PostmasterPid> living = PostmasterPid.ofLiving(data);
        if (living.isEmpty()) {
            return Optional.empty();
        }
        PostmasterPid found = living.get();
        EmbeddedPostgres candidate = new EmbeddedPostgres(lock, data, found.pid(), found.port(), password);
        if (found.runs(programs.resolve("bin/postgres")) && candidate.answers()) {
            log.info("postgres adopted pid={} port={}", found.pid(), found.port());
            return Optional.of(candidate);
        }
        log.info("postgres of an earlier run does not fit or answer, stopping it pid={}", found.pid());
        stop(data, found.pid());
        return Optional.empty();
    }

    private boolean answers() {
        try (Connection connection = address("postgres").connect()) {
            return connection.isValid(5);
        } catch (SQLException refused) {
            return false;
        }
    }

    private static void initialise(Path programs, Path home, Path data, DroppedRights rights, String password)
            throws IOException {
        // A cluster without PG_VERSION is the rest of an initdb that was killed: nothing was ever stored in it.
        FileTrees.delete(data);
        Path partial = home.resolve("data-initdb");
        FileTrees.delete(partial);
        Path passwordForInitdb = home.resolve("initdb-password");
        Files.deleteIfExists(passwordForInitdb);
        writePrivately(passwordForInitdb, password + "\n");
        rights.own(passwordForInitdb);
        try {
            run(
                    home,
                    rights.command(List.of(
                            rights.inside(programs.resolve("bin/initdb")).toString(),
                            "--pgdata=" + rights.inside(partial),
                            "--username=" + USER,
                            "--pwfile=" + rights.inside(passwordForInitdb),
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--no-instructions")),
                    Duration.ofMinutes(2));
        } finally {
            Files.deleteIfExists(passwordForInitdb);
        }
        Path access = partial.resolve("pg_hba.conf");
        Files.writeString(access, "host all all 127.0.0.1/32 scram-sha-256\n");
        Files.move(partial, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private static EmbeddedPostgres launch(
            Config config, HomeLock lock, Path programs, Path home, Path data, DroppedRights rights, String password)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            Process process = spawn(
                    rights.command(serverCommand(config, rights.inside(programs), rights.inside(data), port)), home);
            EmbeddedPostgres server = new EmbeddedPostgres(lock, data, process.pid(), port, password);
            if (server.becomesReady(process)) {
                log.info("postgres started pid={} port={}", process.pid(), port);
                return server;
            }
            String said = lastLines(home.resolve("server.log"), data.resolve("log"));
            // Another process may have taken the port between our look and the server's bind; sessions of a killed
            // server
            // end a moment after it, and until then hold its shared memory.
            boolean passes = said.contains("could not bind") || said.contains("shared memory block");
            if (attempt == ATTEMPTS || !passes) {
                throw new PostgresException("PostgreSQL did not start; it said:\n" + said);
            }
        }
    }

    private static List<String> serverCommand(Config config, Path programs, Path data, int port) {
        List<String> command = new ArrayList<>();
        if (config.endsWithJvm()) {
            // Innermost: the kernel forgets this wish when the user id changes.
            command.addAll(List.of("setpriv", "--pdeathsig=INT"));
        }
        command.addAll(List.of(programs.resolve("bin/postgres").toString(), "-D", data.toString()));
        List<String> settings = new ArrayList<>(List.of(
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "max_connections=" + config.maxConnections(),
                "shared_buffers=" + (config.durable() ? "128MB" : "32MB"),
                "wal_level=minimal",
                "max_wal_senders=0",
                "max_wal_size=2GB",
                "checkpoint_timeout=15min",
                "jit=off",
                "timezone=UTC",
                "log_timezone=UTC",
                "logging_collector=on",
                "log_directory=log",
                "log_filename=postgres-%a.log",
                "log_truncate_on_rotation=on",
                "log_rotation_age=1d",
                "log_rotation_size=0",
                // Statements may hold ciphertext of side records; they stay out of the log.
                "log_min_error_statement=panic",
                "log_parameter_max_length_on_error=0"));
        if (config.durable()) {
            settings.addAll(List.of("fsync=on", "synchronous_commit=on", "full_page_writes=on"));
        } else {
            settings.addAll(List.of("fsync=off", "synchronous_commit=off", "full_page_writes=off"));
        }
        for (String setting : settings) {
            command.add("-c");
            command.add(setting);
        }
        return command;
    }

    /**
     * Starts the process. With {@code endsWithJvm} the kernel signals the server when the thread that started it ends, so
     * that thread is one of our own which lives as long as the server.
     */
    private static Process spawn(List<String> command, Path home) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(home.resolve("server.log").toFile())
                .redirectErrorStream(true);
        plainEnvironment(builder);
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
        } catch (java.util.concurrent.CompletionException e) {
            throw new PostgresException("could not start PostgreSQL", e);
        }
    }

    private boolean becomesReady(Process process) {
        long deadline = System.nanoTime() + START_DEADLINE.toNanos();
        try {
            while (System.nanoTime() < deadline) {
                if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
                if (PostmasterPid.ofLiving(data).isPresent() && answers()) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stop(data, process.pid());
        return false;
    }

    /** SIGINT is PostgreSQL's fast shutdown: sessions end, a checkpoint is written; Java can send only SIGTERM itself. */
    private static void stop(Path data, long pid) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return;
        }
        try {
            new ProcessBuilder("sh", "-c", "kill -INT " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
            process.get().onExit().get(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            log.info("postgres stopped pid={}", pid);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | java.util.concurrent.ExecutionException e) {
            throw new PostgresException("could not stop PostgreSQL on " + data, e);
        } catch (java.util.concurrent.TimeoutException e) {
            log.warn("postgres did not stop in time, killing it pid={}", pid);
            process.get().destroyForcibly();
            process.get().onExit().join();
        }
    }

    private static String password(Path home) throws IOException {
        Path file = home.resolve("password");
        if (!Files.exists(file)) {
            byte[] random = new byte[32];
            new SecureRandom().nextBytes(random);
            Path partial = home.resolve("password.partial");
            Files.deleteIfExists(partial);
            writePrivately(partial, HexFormat.of().formatHex(random));
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    private static void run(Path directory, List<String> command, Duration limit) throws IOException {
        Path output = Files.createTempFile("vt-initdb", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            plainEnvironment(builder);
            Process process = builder.start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new PostgresException("initdb took longer than " + limit);
            }
            if (process.exitValue() != 0) {
                throw new PostgresException("initdb failed; it said:\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresException("interrupted during initdb", e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static void plainEnvironment(ProcessBuilder builder) {
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    private static String lastLines(Path first, Path directory) throws IOException {
        StringBuilder text = new StringBuilder();
        List<Path> files = new ArrayList<>(List.of(first));
        if (Files.isDirectory(directory)) {
            try (var listing = Files.list(directory)) {
                listing.sorted().forEach(files::add);
            }
        }
        for (Path file : files) {
            if (Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                lines.stream()
                        .skip(Math.max(0, lines.size() - 20))
                        .forEach(line -> text.append(line).append('\n'));
            }
        }
        return text.toString();
    }
}
