package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventReader;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Verification;
import dev.vt.kernel.Json;
import dev.vt.testkit.LogSetup;
import dev.vt.testkit.TestBatch;
import dev.vt.testkit.log.EventLogContract;
import dev.vt.testkit.log.Shop;
import java.io.PrintWriter;
import java.io.StringWriter;
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
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

class EventStoreTest extends EventLogContract {
    EventStoreTest() {
        super(LogSetup.DIRECT);
    }

    private TestBatch batch(NewEvent... events) {
        TestBatch batch = log.batch();
        List.of(events).forEach(batch::event);
        return batch;
    }

    @Test
    void aReaderFiltersByOwnerAggregateAndType() {
        log.append(batch(Shop.created("prj_1", "a"), Shop.enrolled("node_1", 1), Shop.renamed("prj_1", "b")));
        EventReader reader = log.store().events();
        assertThat(ids(reader.read(0, 10, EventFilter.aggregate(Shop.project("prj_1")))))
                .containsExactly(1L, 3L);
        assertThat(ids(reader.read(1, 10, EventFilter.type("project.")))).containsExactly(3L);
        assertThat(ids(reader.read(0, 10, EventFilter.org("org_other")))).isEmpty();
        assertThat(reader.read(0, 10, EventFilter.org("org_other")).scannedTo()).isEqualTo(3);
        assertThat(reader.read(0, 2, EventFilter.ALL).scannedTo()).isEqualTo(2);
        assertThatThrownBy(() -> reader.read(0, 1001, EventFilter.ALL)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Long> ids(EventReader.Page page) {
        return page.events().stream().map(StoredEvent::eventId).toList();
    }

    private static long projectCount(Handle tx) {
        return tx.createQuery("SELECT count(*) FROM projects").mapTo(Long.class).one();
    }

    /** A plan made while a table was empty would scan it, and scan it still when it is large. */
    @Test
    void applyReadsByKeyHoweverSmallTheTablesWere() {
        int appends = 12;
        for (int i = 0; i < appends; i++) {
            int first = i * 100;
            log.append(batch(IntStream.range(first, first + 100)
                    .mapToObj(number -> Shop.created("prj_" + number, "a" + number))
                    .toArray(NewEvent[]::new)));
        }
        // A session that ends hands in its statistics.
        log.reopen();
        for (String table : List.of("batch_answers", "aggregates")) {
            // What scans is the first sweep.
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            Scans scans = scans(table);
            while (scans.whole() + scans.byKey() < appends && System.nanoTime() < deadline) {
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                scans = scans(table);
            }
            assertThat(scans.byKey()).as(table).isGreaterThan(appends - 3);
            assertThat(scans.whole()).as(table).isLessThan(3);
        }
    }

    private record Scans(long whole, long byKey) {}

    private Scans scans(String table) {
        return log.store()
                .views()
                .<Scans, RuntimeException>read(tx -> tx.createQuery("SELECT seq_scan, idx_scan"
                                + " FROM pg_stat_user_tables WHERE schemaname = 'log' AND relname = ?")
                        .bind(0, table)
                        .map((row, context) -> new Scans(row.getLong(1), row.getLong(2)))
                        .one());
    }

    /** S12, state.md §14.9. */
    @Test
    void anUnknownEventInTheLogHaltsWhoeverMustReplayIt() {
        log.append(batch(Shop.created("prj_1", "a")));
        EventSchemas older = EventSchemas.builder()
                .add("node.enrolled", 1, Json.parse("{\"type\": \"object\"}"))
                .build();
        ProjectionSet changed = ProjectionSet.core(
                Shop.view("projects", 2, Shop.PROJECTS.ddl(), Shop.PROJECTS.tables(), (event, tx) -> {}));
        assertThatThrownBy(() -> log.reopen(changed, older))
                .isInstanceOf(ApplyHaltedException.class)
                .hasMessageContaining("project.created@1");
        log.reopen();
    }

    /** S12: nothing is skipped, and nothing after it is applied. */
    @Test
    void aProjectionThatThrowsHaltsApplyAndLeavesNothingBehind() {
        Projection fragile =
                Shop.view("fragile", 1, List.of("CREATE TABLE fragile (id text)"), List.of(), (event, tx) -> {
                    if (event.payload().path("name").asText().equals("poison")) {
                        tx.execute("INSERT INTO no_such_table VALUES (1)");
                    }
                });
        log.reopen(ProjectionSet.core(Shop.PROJECTS, fragile), Shop.SCHEMAS);
        log.append(batch(Shop.created("prj_1", "a")));
        assertThatThrownBy(() -> log.append(batch(Shop.created("prj_2", "poison"))))
                .isInstanceOf(ApplyHaltedException.class);
        assertThatThrownBy(() -> log.append(batch(Shop.created("prj_3", "c"))))
                .isInstanceOf(ApplyHaltedException.class);
        assertThat(log.store().halted()).isPresent();
        assertThat(log.store().leads()).isFalse();
        assertThat(log.events()).hasSize(1);
        log.reopen();
        log.append(batch(Shop.created("prj_3", "c")));
    }

    /** S3, state.md §14.10: what was bound to a statement is not in the error that reports it. */
    @Test
    void errorsDoNotQuoteWhatWasBound() {
        Projection failing = Shop.view(
                "failing",
                1,
                List.of("CREATE TABLE failing (id int PRIMARY KEY, name text)"),
                List.of(),
                (event, tx) -> {
                    String name = event.payload().path("name").asText();
                    tx.execute("INSERT INTO failing VALUES (1, ?)", name);
                    tx.execute("INSERT INTO failing VALUES (1, ?)", name);
                });
        log.reopen(ProjectionSet.core(failing), Shop.SCHEMAS);
        assertThatThrownBy(() -> log.append(batch(Shop.created("prj_1", "canary-4711"))))
                .isInstanceOf(ApplyHaltedException.class)
                .satisfies(failure -> {
                    StringWriter text = new StringWriter();
                    failure.printStackTrace(new PrintWriter(text));
                    assertThat(text.toString()).contains("INSERT INTO failing").doesNotContain("canary-4711");
                });
        log.reopen();
    }

    @Test
    void aDerivedProjectionThatThrowsHaltsOnlyItself() throws InterruptedException {
        Projection broken = Shop.view("broken", 1, List.of("CREATE TABLE broken (id text)"), List.of(), (event, tx) -> {
            throw new IllegalStateException("bug");
        });
        EventStore store = log.reopen(new ProjectionSet(List.of(Shop.PROJECTS), List.of(broken)), Shop.SCHEMAS);
        log.append(batch(Shop.created("prj_1", "a")));
        assertThat(store.awaitDerived(1, Duration.ofMillis(300))).isFalse();
        assertThat(store.halted().orElseThrow()).hasMessageContaining("projection broken failed on event 1");
        log.append(batch(Shop.created("prj_2", "b")));
        log.reopen();
    }

    /** S24, state.md §14.8: projections see the newest version only, live and in replay. */
    @Test
    void oldVersionsAreLiftedForProjections() {
        log.append(batch(Shop.created("prj_1", "old")));
        ObjectNode schema = (ObjectNode) Json.parse("""
                {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}""");
        EventSchemas next = EventSchemas.builder()
                .add("project.created", 1, Json.parse("""
                        {"type": "object", "properties": {"name": {"type": "string"}}}"""))
                .add("project.created", 2, schema)
                .upcast(
                        "project.created",
                        1,
                        payload ->
                                Json.object().put("title", payload.path("name").asText()))
                .build();
        Projection titles = Shop.view(
                "titles",
                1,
                List.of("CREATE TABLE titles (id text COLLATE \"C\" PRIMARY KEY, title text, version int)"),
                List.of(new Projection.ViewTable("titles", List.of("id"))),
                (event, tx) -> tx.execute(
                        "INSERT INTO titles VALUES (?, ?, ?)",
                        event.aggregate().id(),
                        event.payload().path("title").textValue(),
                        event.version()));
        log.reopen(ProjectionSet.core(titles), next);
        log.append(batch(Shop.created("prj_2", "still old")));
        NewEvent newest = Shop.event("project.created", "prj_3", Json.object().put("title", "new"));
        log.append(batch(
                new NewEvent(newest.aggregate(), newest.type(), 2, newest.owner(), newest.payload(), null, null)));
        assertThat(log.store()
                        .views()
                        .<List<String>, RuntimeException>read(
                                tx -> tx.createQuery("SELECT title || version FROM titles ORDER BY id")
                                        .mapTo(String.class)
                                        .list()))
                .containsExactly("old2", "still old2", "new2");
        assertThat(log.events().getFirst().version())
                .as("the log keeps what was written")
                .isEqualTo(1);
        assertThatThrownBy(() -> EventSchemas.builder()
                        .add("project.created", 1, schema)
                        .add("project.created", 2, schema)
                        .build())
                .hasMessageContaining("no step from project.created@1");
    }

    @Test
    void changedCodeReplaysAndAProjectionThatIsGoneTakesItsTablesAlong() {
        log.append(batch(Shop.created("prj_1", "a")));
        Projection upper = Shop.view(
                "projects",
                2,
                List.of("CREATE TABLE projects (id text COLLATE \"C\" PRIMARY KEY, upper_name text)"),
                List.of(new Projection.ViewTable("projects", List.of("id"))),
                (event, tx) -> tx.execute(
                        "INSERT INTO projects VALUES (?, upper(?))",
                        event.aggregate().id(),
                        event.payload().path("name").textValue()));
        log.reopen(ProjectionSet.core(upper), Shop.SCHEMAS);
        Verification verification = log.store().verify();
        assertThat(verification.ok()).isTrue();
        assertThat(verification.digests()).containsOnlyKeys("projects");
        assertThat(log.store()
                        .views()
                        .<List<String>, RuntimeException>read(tx -> tx.createQuery("SELECT upper_name FROM projects")
                                .mapTo(String.class)
                                .list()))
                .containsExactly("A");
        assertThatThrownBy(() -> log.store()
                        .views()
                        .read(tx -> tx.createQuery("SELECT * FROM org_summary")
                                .mapToMap()
                                .list()))
                .hasMessageContaining("does not exist");
        log.reopen();
    }

    /** S18, state.md §14.13. */
    @Test
    void everyViewIsRebuiltUnderWrites() throws Exception {
        log.append(batch(Shop.enrolled("node_1", 1_000_000_000L), Shop.quota("instances", 1000)));
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> writers = new ArrayList<>();
            for (int client = 0; client < 3; client++) {
                String prefix = client + "_";
                writers.add(threads.submit(() -> {
                    int written = 0;
                    while (!stop.get() && written < 120) {
                        log.append(batch(
                                Shop.created("prj_" + prefix + written, "n"),
                                Shop.allocated("inst_" + prefix + written, "node_1", 5)));
                        written++;
                    }
                    return written;
                }));
            }
            Future<Void> reader = threads.submit(() -> {
                while (!stop.get()) {
                    // Both tables are filled by each batch: whoever sees one half of a swap would see them differ.
                    log.store().views().read(tx -> {
                        long projects = projectCount(tx);
                        long instances = tx.createQuery("SELECT count(*) FROM instances")
                                .mapTo(Long.class)
                                .one();
                        assertThat(projects).isEqualTo(instances);
                        return null;
                    });
                }
                return null;
            });
            for (String view : List.of("projects", "org_summary", "capacity", "org_summary", "quotas")) {
                log.store().rebuild(view);
                assertThat(log.store().verify().differences()).isEmpty();
            }
            stop.set(true);
            int written = 0;
            for (Future<Integer> writer : writers) {
                written += writer.get();
            }
            reader.get();
            assertThat(log.store().views().<Long, RuntimeException>read(EventStoreTest::projectCount))
                    .isEqualTo(written);
        }
    }

    /** S19: the harness would notice. */
    @Test
    void verifyFindsAChangedRowAndAChangedEvent() throws SQLException {
        log.append(batch(Shop.created("prj_1", "a"), Shop.renamed("prj_1", "b")));
        assertThat(log.store().verify().ok()).isTrue();
        execute("UPDATE live.projects SET name = 'c'");
        assertThat(log.store().verify().differences())
                .singleElement()
                .asString()
                .contains("projects", "\"c\"", "\"b\"");
        execute("UPDATE live.projects SET name = 'b'");
        execute(
                "ALTER TABLE log.events DISABLE TRIGGER events_are_immutable",
                "UPDATE log.events SET payload = '{\"name\":\"z\"}' WHERE event_id = 1",
                "ALTER TABLE log.events ENABLE TRIGGER events_are_immutable");
        Verification broken = log.store().verify();
        assertThat(broken.chainIntact()).isFalse();
        assertThat(broken.differences()).contains("event 1 breaks the hash chain");
        log.skipVerification();
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = log.database().address().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
