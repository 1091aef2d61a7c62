package dev.vt.eventlog.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    @TempDir(cleanup = CleanupMode.ALWAYS)
    Path directory;

    private EmbeddedPostgres.Config config() {
        return new EmbeddedPostgres.Config(directory.resolve("pg"), directory.resolve("pg"), true, false, 20);
    }

    @AfterEach
    void nothingRunsOn() {
        PostmasterPid.ofLiving(directory.resolve("pg/data"))
                .flatMap(living -> ProcessHandle.of(living.pid()))
                .ifPresent(ProcessHandle::destroyForcibly);
    }

    /**
     * One test for the whole life, because initdb takes seconds: a directory that only root may enter, data that survive the
     * death of this program, of the server, and an orderly stop.
     */
    @Test
    void dataSurviveKillsAndTheServerIsAdopted() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        killedProgramLeavesItsServerRunning();
        long orphan = PostmasterPid.ofLiving(directory.resolve("pg/data"))
                .orElseThrow()
                .pid();

        EmbeddedPostgres adopted = EmbeddedPostgres.start(config());
        assertThat(adopted.pid()).isEqualTo(orphan);
        assertThat(numbers(adopted)).containsExactly(1);
        assertThatThrownBy(() -> EmbeddedPostgres.start(config()))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("already uses");
        onlyThePasswordOpensIt(adopted);
        settingsAreDurable(adopted);

        PostgresAddress address = adopted.address("vt");
        execute(address, "INSERT INTO numbers VALUES (2)");
        kill(adopted.pid());
        awaitRestart(adopted, orphan);
        assertThat(numbers(adopted)).containsExactly(1, 2);

        adopted.abandon();
        kill(adopted.pid());
        EmbeddedPostgres restarted = EmbeddedPostgres.start(config());
        assertThat(numbers(restarted)).containsExactly(1, 2);
        restarted.close();
        assertThat(ProcessHandle.of(restarted.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();

        try (EmbeddedPostgres again = EmbeddedPostgres.start(config())) {
            assertThat(numbers(again)).containsExactly(1, 2);
        }
    }

    private static void kill(long pid) throws Exception {
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        server.destroyForcibly();
        server.onExit().get(10, TimeUnit.SECONDS);
    }

    private static void awaitRestart(EmbeddedPostgres postgres, long diedPid) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (postgres.pid() == diedPid) {
            assertThat(System.nanoTime()).as("started again within a minute").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void killedProgramLeavesItsServerRunning() throws IOException, InterruptedException {
        Path output = directory.resolve("child.log");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartAndDie.class.getName(),
                        directory.resolve("pg").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(Files.readString(output)).isEqualTo(StartAndDie.DIED);
    }

    private void onlyThePasswordOpensIt(EmbeddedPostgres server) throws IOException {
        PostgresAddress right = server.address("vt");
        assertThatThrownBy(() -> new PostgresAddress(right.url(), right.user(), "wrong").connect())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("authentication");
        assertThat(right.toString()).doesNotContain(right.password());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("pg/password"))))
                .isEqualTo("rw-------");
        assertThat(Files.exists(directory.resolve("pg/initdb-password"))).isFalse();
    }

    private static void settingsAreDurable(EmbeddedPostgres server) throws SQLException {
        assertThat(query(server.address("vt"), "SHOW fsync")).containsExactly("on");
        assertThat(query(server.address("vt"), "SHOW synchronous_commit")).containsExactly("on");
        assertThat(query(server.address("vt"), "SELECT datcollate FROM pg_database WHERE datname = 'vt'"))
                .containsExactly("C");
    }

    private static List<Integer> numbers(EmbeddedPostgres server) throws SQLException {
        return query(server.address("vt"), "SELECT n FROM numbers ORDER BY n").stream()
                .map(Integer::valueOf)
                .toList();
    }

    private static List<String> query(PostgresAddress address, String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> out = new java.util.ArrayList<>();
            while (rows.next()) {
                out.add(rows.getString(1));
            }
            return out;
        }
    }

    private static void execute(PostgresAddress address, String sql) throws SQLException {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A program that starts a server and dies without a word to it. */
    static final class StartAndDie {
        static final int DIED = 42;

        private StartAndDie() {}

        public static void main(String[] args) throws SQLException {
            Path home = Path.of(args[0]);
            EmbeddedPostgres server = EmbeddedPostgres.start(new EmbeddedPostgres.Config(home, home, true, false, 20));
            execute(server.database("vt"), "CREATE TABLE numbers (n int)");
            execute(server.address("vt"), "INSERT INTO numbers VALUES (1)");
            Runtime.getRuntime().halt(DIED);
        }
    }
}
