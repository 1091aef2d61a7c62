package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.Precondition;
import dev.vt.testkit.TestClock;
import dev.vt.testkit.TestDatabase;
import dev.vt.testkit.log.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** state.md §14.4: a leader dies at any step; the batch is appended again by its id; there is one effect. */
class LeaderKilledTest {
    private TestDatabase database = TestDatabase.create();

    @BeforeEach
    void freshDatabase() {
        database.close();
        database = TestDatabase.create();
    }

    @AfterEach
    void dropDatabase() {
        database.close();
    }

    private EventStore open(Step.Probe probe) {
        return EventStore.open(database.address(), Shop.VIEWS, Shop.SCHEMAS, EventStore.Config.DEFAULT, null, probe);
    }

    private static Batch batch(String id, String project) {
        return new Batch(
                id,
                new TestClock().instant(),
                Actor.system("test"),
                "req_1",
                null,
                List.of(new Precondition.Seq(Shop.project(project), 0)),
                List.of(Shop.created(project, "a"), Shop.renamed(project, "b")),
                List.of());
    }

    /** The thread and its connection go at once, as they do with the process. */
    @ParameterizedTest
    @EnumSource(Step.class)
    void theNextLeaderAnswersForADeadOne(Step step) {
        Batch batch = batch("bat_1", "prj_1");
        AtomicBoolean armed = new AtomicBoolean(true);
        try (EventStore dying = open(kill(step, armed))) {
            assertThat(dying.log().append(batch)).isInstanceOf(AppendResult.Unknown.class);
            assertThatThrownBy(() -> dying.log().append(batch)).isInstanceOf(ApplyHaltedException.class);
            try (EventStore next = open(Step.Probe.NONE)) {
                oneEffect(next, batch);
            }
        }
    }

    /** The database ends the session: the same server connects again and goes on. */
    @ParameterizedTest
    @EnumSource(Step.class)
    void aLeaderThatLosesItsConnectionGoesOn(Step step) {
        Batch batch = batch("bat_1", "prj_1");
        AtomicBoolean armed = new AtomicBoolean(true);
        try (EventStore store = open(reached -> {
            if (reached == step && armed.compareAndSet(true, false)) {
                endSessions();
            }
        })) {
            AppendResult first = store.log().append(batch);
            if (step == Step.COMMITTED) {
                assertThat(first).isEqualTo(new AppendResult.Applied(1, 2));
            } else {
                assertThat(first).isInstanceOf(AppendResult.Unknown.class);
            }
            oneEffect(store, batch);
        }
    }

    /** Many callers, a leader that dies again and again, two servers in turn: what was acknowledged is there, once. */
    @Test
    void nothingAcknowledgedIsLostOrDoubledByRepeatedKills() throws Exception {
        int batches = 60;
        AtomicInteger steps = new AtomicInteger();
        Step.Probe often = step -> {
            if (steps.incrementAndGet() % 13 == 0) {
                throw new Killed();
            }
        };
        Server server = new Server(often);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<AppendResult>> appends = new ArrayList<>();
            for (int i = 0; i < batches; i++) {
                Batch batch = batch("bat_" + i, "prj_" + i);
                appends.add(threads.submit(() -> until(server, batch)));
            }
            for (Future<AppendResult> append : appends) {
                assertThat(append.get()).isInstanceOf(AppendResult.Applied.class);
            }
        }
        server.current().close();
        try (EventStore last = open(Step.Probe.NONE)) {
            assertThat(last.events()
                            .read(0, 1000, EventFilter.type("project.created"))
                            .events())
                    .hasSize(batches);
            assertThat(last.awaitDerived(last.events().head(), Duration.ofSeconds(20)))
                    .isTrue();
            assertThat(last.verify().differences()).isEmpty();
        }
    }

    private static AppendResult until(Server server, Batch batch) {
        while (true) {
            EventStore current = server.current();
            try {
                AppendResult result = current.log().append(batch);
                if (!(result instanceof AppendResult.Unknown)) {
                    return result;
                }
            } catch (ApplyHaltedException dead) {
                server.replace(current);
            }
        }
    }

    /** A server that is started again when it died. */
    private final class Server {
        private final Step.Probe probe;
        private EventStore store;

        Server(Step.Probe probe) {
            this.probe = probe;
            this.store = open(probe);
        }

        synchronized EventStore current() {
            return store;
        }

        synchronized void replace(EventStore dead) {
            if (store.equals(dead)) {
                dead.close();
                store = open(probe);
            }
        }
    }

    /** S8: the second server follows and takes over when the first is gone. */
    @Test
    void oneServerLeadsAndTheOtherFollowsThenTakesOver() throws InterruptedException {
        EventStore first = open(Step.Probe.NONE);
        assertThat(first.awaitLeadership(Duration.ofSeconds(10))).isTrue();
        try (EventStore second = open(Step.Probe.NONE)) {
            assertThat(second.awaitLeadership(Duration.ofMillis(400))).isFalse();
            first.log().append(batch("bat_1", "prj_1"));
            assertThat(second.events().awaitBeyond(1, Duration.ofSeconds(10))).isEqualTo(2);
            assertThat(second.awaitDerived(2, Duration.ofSeconds(10))).isTrue();
            first.close();
            assertThat(second.awaitLeadership(Duration.ofSeconds(10))).isTrue();
            oneEffect(second, batch("bat_1", "prj_1"));
        } finally {
            first.close();
        }
    }

    private static void oneEffect(EventStore store, Batch batch) {
        AppendResult again = store.log().append(batch);
        for (int i = 0; i < 3 && again instanceof AppendResult.Unknown; i++) {
            again = store.log().append(batch);
        }
        assertThat(again).isEqualTo(new AppendResult.Applied(1, 2));
        assertThat(store.log().append(batch)).isEqualTo(again);
        assertThat(store.events().read(0, 10, EventFilter.ALL).events()).hasSize(2);
        assertThat(store.verify().differences()).isEmpty();
    }

    private static Step.Probe kill(Step step, AtomicBoolean armed) {
        return reached -> {
            if (reached == step && armed.compareAndSet(true, false)) {
                throw new Killed();
            }
        };
    }

    private void endSessions() {
        try (Connection connection = database.address().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
        } catch (SQLException e) {
            throw new IllegalStateException("could not end the sessions", e);
        }
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }
}
