package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.raft.BatchTransport;
import dev.vt.eventlog.raft.RaftEventLog;
import dev.vt.eventlog.raft.RaftOptions;
import dev.vt.testkit.TestClock;
import dev.vt.testkit.log.Shop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** V2: commits do not wait for the database's disk, so a database that is killed alone forgets some; the Raft log has them. */
class DatabaseCrashTest {
    private static final int BEFORE = 20;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path home;

    @Test
    void whatAKilledDatabaseForgotIsAppliedAgain() throws Exception {
        AtomicInteger committed = new AtomicInteger();
        ProjectionSet views = ProjectionSet.core(Shop.PROJECTS);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(
                new EmbeddedPostgres.Config(home.resolve("pg"), home.resolve("programs"), true, true, 30))) {
            neverWriteByItself(postgres.address("postgres"));
            RaftOptions options = alone();
            try (EventStore store = EventStore.open(
                    postgres.database("vt"),
                    views,
                    Shop.SCHEMAS,
                    EventStore.Config.DEFAULT,
                    RaftEventLog.factory(
                            options,
                            (leader, request) -> {
                                throw new IOException("nobody to ask");
                            },
                            BatchTransport.NONE,
                            made -> {}),
                    step -> {
                        if (step == Step.COMMITTED) {
                            committed.incrementAndGet();
                        }
                    })) {
                assertThat(store.awaitLeadership(RaftCluster.WITHIN)).isTrue();
                for (int i = 0; i < BEFORE; i++) {
                    assertThat(append(store, i)).isEqualTo(new AppendResult.Applied(i + 1, i + 1));
                }
                int acknowledged = committed.get();
                ProcessHandle.of(postgres.pid()).orElseThrow().destroyForcibly();
                RaftCluster.await("the forgotten commits", () -> committed.get() > acknowledged ? true : null);
                assertThat(RaftCluster.await("all of them", () -> projects(store) == BEFORE ? true : null))
                        .isTrue();
                assertThat(append(store, BEFORE)).isEqualTo(new AppendResult.Applied(BEFORE + 1, BEFORE + 1));
                assertThat(append(store, 3)).as("known, as ever (S7)").isEqualTo(new AppendResult.Applied(4, 4));
                assertThat(store.verify().differences()).isEmpty();
            }
        }
    }

    private static long projects(EventStore store) {
        try {
            return store.views()
                    .<Long, RuntimeException>read(tx -> tx.createQuery("SELECT count(*) FROM projects")
                            .mapTo(Long.class)
                            .one());
        } catch (RuntimeException restarting) {
            return -1;
        }
    }

    private static AppendResult append(EventStore store, int number) {
        Batch batch = new Batch(
                "bat_" + number,
                new TestClock().instant(),
                Actor.system("test"),
                "req_1",
                null,
                List.of(),
                List.of(Shop.created("prj_" + number, "a")),
                List.of());
        return RaftCluster.await("an answer", () -> {
            AppendResult result = store.log().append(batch);
            return result instanceof AppendResult.Unknown ? null : result;
        });
    }

    /** The background writer would bring most commits to disk before the test can kill it. */
    private static void neverWriteByItself(PostgresAddress address) throws Exception {
        try (Connection connection = address.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET wal_writer_delay = '10s'");
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    private RaftOptions alone() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        String address = "127.0.0.1:" + port;
        return new RaftOptions(
                UUID.randomUUID(),
                "srv_1",
                address,
                List.of(new RaftOptions.Peer("srv_1", address)),
                home.resolve("raft"),
                null,
                new RaftOptions.Timing(Duration.ofMillis(300), 10_000, 10_000));
    }
}
