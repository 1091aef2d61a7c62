package dev.vt.testkit;

import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.store.EventStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A database of one test, copied from a template with the log's tables in it (about 50 ms). All tests of a JVM share one server,
 * started by the first; it ends with the JVM, and its data with it. It does not sync to disk.
 */
public final class TestDatabase implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final PostgresAddress address;
    private final String name;

    private TestDatabase(PostgresAddress address, String name) {
        this.address = address;
        this.name = name;
    }

    /** With the log's tables, and no event. */
    public static TestDatabase create() {
        return copy(Server.TEMPLATE);
    }

    /** Without any table. */
    public static TestDatabase createEmpty() {
        return copy("template1");
    }

    private static TestDatabase copy(String template) {
        String name = "test_" + COUNT.incrementAndGet();
        Server.execute("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY file_copy");
        return new TestDatabase(Server.POSTGRES.address(name), name);
    }

    public PostgresAddress address() {
        return address;
    }

    /** Ends all sessions on it and drops it. */
    @Override
    public void close() {
        Server.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }

    /** Started when first used. */
    private static final class Server {
        static final String TEMPLATE = "vt_template";
        static final EmbeddedPostgres POSTGRES = start();

        static {
            PostgresAddress template = POSTGRES.database(TEMPLATE);
            EventStore.open(
                            template,
                            ProjectionSet.EMPTY,
                            EventSchemas.builder().build(),
                            EventStore.Config.DEFAULT)
                    .close();
        }

        private static EmbeddedPostgres start() {
            try {
                Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
                Path home = Files.createTempDirectory(temporary, "vt-test-postgres-");
                EmbeddedPostgres server = EmbeddedPostgres.start(
                        new EmbeddedPostgres.Config(home, programs(temporary), false, true, 200));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    server.close();
                    delete(home);
                }));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException("could not make a directory for the test database", e);
            }
        }

        /** Unpacked once for all test runs of this user; a directory that somebody else made is not trusted. */
        private static Path programs(Path temporary) throws IOException {
            Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            Path directory = temporary.resolve("vt-test-postgres-programs-" + self);
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            }
            if (!self.equals(Files.getAttribute(directory, "unix:uid"))) {
                throw new IOException(directory + " belongs to another user");
            }
            return directory;
        }

        static void execute(String sql) {
            try (Connection connection =
                            POSTGRES.address("postgres").dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException("test database: " + sql, e);
            }
        }

        private static void delete(Path root) {
            try {
                List<Path> deepestFirst;
                try (Stream<Path> walk = Files.walk(root)) {
                    deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
                }
                for (Path path : deepestFirst) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("could not delete " + root, e);
            }
        }
    }
}
