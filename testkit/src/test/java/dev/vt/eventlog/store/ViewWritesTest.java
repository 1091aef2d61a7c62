package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.ViewWrites;
import dev.vt.testkit.TestBatch;
import dev.vt.testkit.TestDatabase;
import dev.vt.testkit.TestLog;
import dev.vt.testkit.log.Shop;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ViewWritesTest {
    private static final String INSERT = "INSERT INTO a (id, value) VALUES (?, ?)";

    @Nested
    class OnAHandle {
        private TestDatabase testDatabase;
        private Database database;
        private Handle handle;

        @BeforeEach
        void open() {
            testDatabase = TestDatabase.create();
            database = Database.open(testDatabase.address(), 1);
            handle = database.connect(Database.LIVE);
            handle.execute("CREATE TABLE a (id int PRIMARY KEY, value text)");
            handle.execute("CREATE TABLE b (id int PRIMARY KEY, value text)");
        }

        @AfterEach
        void close() {
            handle.close();
            database.close();
            testDatabase.close();
        }

        private void add(String sql, Object... arguments) {
            ViewWrites.of(handle).add(sql, arguments);
        }

        /** Past Jdbi, so that nothing is sent on its account. */
        private long sent(String table) {
            try (Statement statement = handle.getConnection().createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
                rows.next();
                return rows.getLong(1);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Test
        void everyKindOfStatementSeesWhatWasAddedBefore() {
            List<Consumer<Handle>> kinds = List.of(
                    tx -> tx.createQuery("SELECT 1").mapTo(Integer.class).one(),
                    tx -> tx.select("SELECT 1").mapTo(Integer.class).one(),
                    tx -> tx.execute("SELECT 1"),
                    tx -> tx.createUpdate("UPDATE b SET value = 'x'").execute(),
                    tx -> tx.createBatch().add("SELECT 1").execute(),
                    tx -> tx.prepareBatch("UPDATE b SET value = ?").add("x").execute(),
                    tx -> tx.createScript("SELECT 1").execute(),
                    tx -> tx.createCall("{call pg_sleep(0)}").invoke());
            for (Consumer<Handle> kind : kinds) {
                handle.useTransaction(tx -> {
                    add(INSERT, 1, "x");
                    assertThat(sent("a")).isZero();
                    kind.accept(tx);
                    assertThat(sent("a")).isOne();
                    tx.rollback();
                });
            }
        }

        @Test
        void aCommitSendsAndASavepointToo() {
            handle.useTransaction(tx -> {
                add(INSERT, 1, "x");
                tx.savepoint("here");
                add(INSERT, 2, "y");
                tx.rollbackToSavepoint("here");
                add(INSERT, 3, "z");
            });
            assertThat(handle.createQuery("SELECT id FROM a ORDER BY id")
                            .mapTo(Integer.class)
                            .list())
                    .containsExactly(1, 3);
        }

        @Test
        void aRollbackLeavesNothingForTheNextTransaction() {
            handle.useTransaction(tx -> {
                add(INSERT, 1, "x");
                tx.rollback();
            });
            assertThatThrownBy(() -> handle.useTransaction(tx -> {
                        add(INSERT, 2, "x");
                        throw new IllegalArgumentException("no");
                    }))
                    .hasMessage("no");
            assertThatThrownBy(() -> handle.useTransaction(tx -> {
                        add(INSERT, 3, "x");
                        add(INSERT, 3, "x");
                        add(INSERT, 4, "x");
                    }))
                    .hasMessageContaining(INSERT);
            handle.useTransaction(tx -> add(INSERT, 5, "x"));
            assertThat(handle.createQuery("SELECT id FROM a")
                            .mapTo(Integer.class)
                            .list())
                    .containsExactly(5);
        }

        @Test
        void noMoreWaitThanTheBound() {
            handle.useTransaction(tx -> {
                for (int i = 1; i < ViewWrites.MOST; i++) {
                    add(INSERT, i, "x");
                }
                assertThat(sent("a")).isZero();
                add(INSERT, ViewWrites.MOST, "x");
                assertThat(sent("a")).isEqualTo(ViewWrites.MOST);
            });
        }

        @Test
        void nothingWaitsForACommitThatDoesNotCome() {
            assertThatThrownBy(() -> add(INSERT, 1, "x")).isInstanceOf(IllegalStateException.class);
            database.views()
                    .useHandle(read ->
                            assertThatThrownBy(() -> ViewWrites.of(read)).isInstanceOf(IllegalStateException.class));
        }

        /** The same random writes one by one and together: inserts that collide, updates, deletes, reads of the other table. */
        @Test
        void theRowsAreThoseOfTheSameWritesOneByOne() {
            for (int seed = 0; seed < 20; seed++) {
                int run = seed;
                List<String> together = rows(run, this::add);
                List<String> oneByOne = rows(run, (sql, arguments) -> handle.execute(sql, arguments));
                assertThat(together).as("seed " + run).isEqualTo(oneByOne);
            }
        }

        /** Rows travel as columns if each value means the same in an array: kinds, nulls, times finer than the database's. */
        @Test
        void rowsOfEveryKindOfValueAreThoseOfTheSameWritesOneByOne() {
            handle.execute("CREATE TABLE kinds (id int PRIMARY KEY, t text, l bigint, b boolean, at timestamptz,"
                    + " texts text[], bytes bytea, small int, none int)");
            for (int seed = 0; seed < 40; seed++) {
                int run = seed;
                List<String> together = kinds(run, this::add);
                List<String> oneByOne = kinds(run, (sql, arguments) -> {
                    add(sql, arguments);
                    ViewWrites.of(handle).send();
                });
                assertThat(together).as("seed " + run).isEqualTo(oneByOne);
                assertThat(together).isNotEmpty();
            }
        }

        private List<String> kinds(int seed, BiConsumer<String, Object[]> write) {
            Random random = new Random(seed);
            boolean fine = seed % 4 == 1;
            boolean arrays = seed % 4 == 2;
            boolean mixed = seed % 4 == 3;
            Instant base = Instant.parse("2026-11-29T10:00:00Z");
            List<String> out = new ArrayList<>();
            handle.useTransaction(tx -> {
                int writes = 5 + random.nextInt(300);
                for (int i = 0; i < writes; i++) {
                    Instant at = base.plusNanos(random.nextInt(1_000_000_000) / 1000 * 1000L + (fine ? 501 : 0));
                    write.accept(
                            "INSERT INTO kinds (id, t, l, b, at, texts, bytes, small, none) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                    + " ON CONFLICT (id) DO NOTHING",
                            new Object[] {
                                random.nextInt(150),
                                maybe(random, "a'\"\\{},NULL é\t" + i),
                                maybe(random, random.nextLong()),
                                maybe(random, random.nextBoolean()),
                                maybe(random, mixed && i % 2 == 0 ? at.atOffset(ZoneOffset.ofHours(2)) : at),
                                arrays ? new String[] {"x", "y" + i} : null,
                                arrays ? new byte[] {1, (byte) i} : null,
                                mixed && i % 3 == 0 ? (Object) (long) i : (Object) i,
                                null
                            });
                }
                out.addAll(tx.createQuery("SELECT k::text FROM kinds AS k ORDER BY id")
                        .mapTo(String.class)
                        .list());
                tx.rollback();
            });
            return out;
        }

        private static @Nullable Object maybe(Random random, Object value) {
            return random.nextInt(4) == 0 ? null : value;
        }

        private List<String> rows(int seed, BiConsumer<String, Object[]> write) {
            Random random = new Random(seed);
            List<String> out = new ArrayList<>();
            handle.useTransaction(tx -> {
                int writes = 5 + random.nextInt(2 * ViewWrites.MOST);
                for (int i = 0; i < writes; i++) {
                    String table = random.nextBoolean() ? "a" : "b";
                    int id = random.nextInt(200);
                    String value = "v" + i;
                    switch (random.nextInt(40)) {
                        case 0 ->
                            write.accept(
                                    "INSERT INTO a SELECT id, ? FROM b WHERE id < ? ON CONFLICT (id) DO NOTHING",
                                    new Object[] {value, id});
                        case 1, 2, 3 -> write.accept("DELETE FROM " + table + " WHERE id = ?", new Object[] {id});
                        case 4, 5, 6, 7 ->
                            write.accept(
                                    "UPDATE " + table + " SET value = value || ? WHERE id = ?",
                                    new Object[] {value, id});
                        case 8, 9 ->
                            write.accept(
                                    "INSERT INTO " + table + " VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value ="
                                            + " excluded.value",
                                    new Object[] {id, value});
                        default ->
                            write.accept(
                                    "INSERT INTO " + table + " (id, value) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                                    new Object[] {id, value});
                    }
                }
                out.addAll(tx.createQuery("SELECT 'a' || id || value FROM a UNION ALL SELECT 'b' || id || value FROM b"
                                + " ORDER BY 1")
                        .mapTo(String.class)
                        .list());
                tx.rollback();
            });
            return out;
        }
    }

    @Nested
    class InALog {
        @RegisterExtension
        final TestLog log = TestLog.of(ProjectionSet.core(Shop.PROJECTS), Shop.SCHEMAS);

        /** Refuses {@code poison}, but only the database knows. */
        private final Projection strict = Shop.view(
                "strict",
                1,
                List.of("CREATE TABLE strict (id text COLLATE \"C\" PRIMARY KEY, name text CHECK (name <> 'poison'))"),
                List.of(new Projection.ViewTable("strict", List.of("id"))),
                (event, tx) -> ViewWrites.of(tx)
                        .add(
                                "INSERT INTO strict VALUES (?, ?)",
                                event.aggregate().id(),
                                event.payload().path("name").asText()));

        private TestBatch poisoned() {
            TestBatch batch = log.batch();
            for (int i = 1; i <= 100; i++) {
                batch.event(Shop.created("prj_" + i, i == 77 ? "poison" : "p" + i));
            }
            return batch;
        }

        /** S12 */
        @Test
        void aWriteThatFailsHaltsApplyWithProjectionAndEvent() {
            log.reopen(ProjectionSet.core(strict, Shop.PROJECTS), Shop.SCHEMAS);
            assertThatThrownBy(() -> log.append(poisoned())).isInstanceOf(ApplyHaltedException.class);
            assertThat(log.store().halted().orElseThrow())
                    .hasMessage("projection strict failed on event 77 project.created");
            assertThat(log.events()).isEmpty();
            log.reopen();
        }

        @Test
        void aReplayNamesThemToo() {
            log.append(poisoned());
            assertThatThrownBy(() -> log.reopen(ProjectionSet.core(Shop.PROJECTS, strict), Shop.SCHEMAS))
                    .isInstanceOf(ApplyHaltedException.class)
                    .hasMessage("projection strict failed on event 77 project.created");
            log.reopen();
        }

        @Test
        void aFollowerNamesThemToo() throws InterruptedException {
            EventStore store = log.reopen(new ProjectionSet(List.of(Shop.PROJECTS), List.of(strict)), Shop.SCHEMAS);
            log.append(poisoned());
            assertThat(store.awaitDerived(100, Duration.ofSeconds(5))).isFalse();
            assertThat(store.halted().orElseThrow()).hasMessage("projection strict failed on event 77 project.created");
            log.reopen();
        }
    }
}
