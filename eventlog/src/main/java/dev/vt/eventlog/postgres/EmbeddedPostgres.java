package dev.vt.eventlog.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running PostgreSQL server of our own. Every commit is on disk before it is answered: {@code fsync} and
 * {@code synchronous_commit} are on. A server that dies is started again on the same port, so addresses stay valid.
 * Thread-safe; {@link #close} stops the server in order.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final int START_ATTEMPTS = 10;
    private static final int RESTART_ATTEMPTS = 60;
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);

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

    private final Config config;
    private final ServerHome home;
    private final List<String> settings;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Postmaster server;

    private EmbeddedPostgres(Config config, ServerHome home, List<String> settings, Postmaster server) {
        this.config = config;
        this.home = home;
        this.settings = settings;
        this.server = server;
    }

    /**
     * Adopts the server that already runs on this home, or starts one, making the cluster at first.
     *
     * @throws PostgresException if another process uses this home, or with what the server said if it does not answer
     *     within 90 s
     */
    public static EmbeddedPostgres start(Config config) {
        try {
            ServerHome home = ServerHome.prepare(config.home(), config.programs());
            try {
                List<String> settings = settings(config);
                Optional<Postmaster> adopted = Postmaster.adopt(home, settings);
                EmbeddedPostgres postgres = new EmbeddedPostgres(
                        config, home, settings, adopted.isPresent() ? adopted.get() : launch(config, home, settings));
                postgres.watch();
                return postgres;
            } catch (RuntimeException | IOException e) {
                home.close();
                throw e;
            }
        } catch (IOException e) {
            throw new PostgresException("could not prepare PostgreSQL in " + config.home(), e);
        }
    }

    private static Postmaster launch(Config config, ServerHome home, List<String> settings) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Postmaster.Attempt result = Postmaster.start(home, settings, freePort(), config.endsWithJvm());
            if (result.started().isPresent()) {
                return result.started().get();
            }
            // Another process may have taken the port between our look and the server's bind; sessions of a killed
            // server
            // end a moment after it, and until then hold its shared memory.
            boolean passes =
                    result.said().contains("could not bind") || result.said().contains("shared memory block");
            if (attempt == START_ATTEMPTS || !passes) {
                throw new PostgresException("PostgreSQL did not start; it said:\n" + result.said());
            }
        }
    }

    private static List<String> settings(Config config) {
        List<String> settings = new ArrayList<>(List.of(
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
        String sync = config.durable() ? "on" : "off";
        settings.addAll(List.of("fsync=" + sync, "synchronous_commit=" + sync, "full_page_writes=" + sync));
        return List.copyOf(settings);
    }

    /** Starts the server again when it ends although nobody asked it to. */
    private void watch() {
        server.exit().thenRun(() -> {
            if (closing.getCount() > 0) {
                Thread.ofVirtual().name("postgres-restart").start(this::restart);
            }
        });
    }

    private void restart() {
        int port = server.port();
        log.error("postgres died, starting it again pid={}", server.pid());
        for (int attempt = 1; attempt <= RESTART_ATTEMPTS; attempt++) {
            synchronized (this) {
                if (closing.getCount() == 0) {
                    return;
                }
                try {
                    Postmaster.Attempt result = Postmaster.start(home, settings, port, config.endsWithJvm());
                    if (result.started().isPresent()) {
                        server = result.started().get();
                        watch();
                        return;
                    }
                    log.warn("postgres does not start attempt={} said={}", attempt, result.said());
                } catch (IOException | PostgresException e) {
                    log.warn("postgres does not start attempt={}", attempt, e);
                }
            }
            try {
                if (closing.await(RESTART_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        log.error("postgres stays down; see its log and restart the server directory={}", home.path());
    }

    /** The way into a server that another process of the same user runs in {@code home}; empty if none does. */
    public static Optional<PostgresAddress> running(Path home, String database) {
        try {
            Path absolute = home.toRealPath();
            Optional<PostmasterPid> found = PostmasterPid.ofLiving(absolute.resolve("data"));
            if (found.isEmpty()) {
                return Optional.empty();
            }
            String password = Files.readString(absolute.resolve("password")).strip();
            return Optional.of(PostgresAddress.loopback(found.get().port(), database, ServerHome.USER, password));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new PostgresException("could not look for a running server in " + home, e);
        }
    }

    /** The way into a database of this server, as its owner. */
    public PostgresAddress address(String database) {
        return PostgresAddress.loopback(server.port(), database, ServerHome.USER, home.password());
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
        return server.pid();
    }

    /** Ends all sessions and stops the server, checkpoint included; returns when it is gone. */
    @Override
    public void close() {
        closing.countDown();
        synchronized (this) {
            try {
                server.stop();
            } finally {
                home.close();
            }
        }
    }

    /** Forgets the server without stopping it, as a process that is killed does. */
    void abandon() {
        closing.countDown();
        home.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }
}
