package dev.vt.testkit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventJson;
import dev.vt.eventlog.EventReader;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Views;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import dev.vt.testkit.LogSetup;
import dev.vt.testkit.TestBatch;
import dev.vt.testkit.TestLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What holds of the log in every mode. */
public abstract class EventLogContract {
    @RegisterExtension
    protected final TestLog log;

    protected EventLogContract(LogSetup setup) {
        log = TestLog.of(setup, Shop.VIEWS, Shop.SCHEMAS);
    }

    private TestBatch batch(NewEvent... events) {
        TestBatch batch = log.batch();
        List.of(events).forEach(batch::event);
        return batch;
    }

    /** S1, state.md §14.1. */
    @Test
    void eventsAreNeverChangedOrDeleted() throws SQLException {
        log.append(batch(Shop.created("prj_1", "a")));
        for (String statement :
                List.of("UPDATE log.events SET payload = '{}'", "DELETE FROM log.events", "TRUNCATE log.events")) {
            assertThatThrownBy(() -> execute("SET ROLE vt_app", statement))
                    .as("the server's role lacks the right: %s", statement)
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> execute(statement))
                    .as("even the owner meets the trigger: %s", statement)
                    .hasMessageContaining("never changed or deleted");
        }
    }

    /** S8, state.md §14.2. */
    @Test
    void parallelAppendsAreDenseAndATailMissesNothing() throws Exception {
        int clients = 12;
        int each = 25;
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<Long>> tail = threads.submit(() -> tail(EventFilter.ALL, done));
            Future<List<Long>> filtered = threads.submit(() -> tail(EventFilter.type("project.updated"), done));
            List<Future<?>> writers = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                String id = "prj_" + client;
                writers.add(threads.submit(() -> {
                    log.append(batch(Shop.created(id, "a")));
                    for (int i = 1; i < each; i++) {
                        log.append(batch(Shop.renamed(id, "n" + i), Shop.renamed(id, "m" + i)));
                    }
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            long total = clients * (1 + (each - 1) * 2L);
            assertThat(tail.get())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, total).boxed().toList());
            assertThat(filtered.get()).hasSize((int) total - clients).isSorted().doesNotHaveDuplicates();
        }
    }

    private List<Long> tail(EventFilter filter, AtomicBoolean done) throws InterruptedException {
        EventReader reader = log.store().events();
        List<Long> seen = new ArrayList<>();
        long cursor = 0;
        while (true) {
            boolean last = done.get();
            EventReader.Page page = reader.read(cursor, 7, filter);
            page.events().forEach(event -> seen.add(event.eventId()));
            if (last && page.events().isEmpty() && page.scannedTo() == cursor) {
                return seen;
            }
            cursor = page.scannedTo();
            reader.awaitBeyond(cursor, Duration.ofMillis(20));
        }
    }

    @Test
    void theEnvelopeIsWhatWasAppendedAndSurvivesJson() {
        Instant before = log.clock().instant();
        log.append(batch(Shop.created("prj_1", "tab\tquote\"back\\slash\nünï€𝄞")));
        log.clock().advance(Duration.ofMinutes(-1));
        log.append(batch(Shop.renamed("prj_1", "b").correlatedWith("dep_1")));
        StoredEvent first = log.events().getFirst();
        StoredEvent second = log.events().getLast();
        assertThat(first.payload().path("name").textValue()).isEqualTo("tab\tquote\"back\\slash\nünï€𝄞");
        assertThat(first.occurredAt()).isEqualTo(before);
        assertThat(second.occurredAt()).as("raised to the last event's").isEqualTo(before);
        assertThat(second.aggregateSeq()).isEqualTo(2);
        assertThat(second.correlationId()).isEqualTo("dep_1");
        ObjectNode json = EventJson.write(second);
        assertThat(json.get("occurred_at").textValue()).isEqualTo("2026-01-01T00:00:00.000000Z");
        assertThat(json.has("causation_id")).isFalse();
        assertThat(EventJson.read(Json.parse(Json.bytes(json)))).isEqualTo(second);
    }

    /** S5: nothing of a rejected batch is there; S7: and it is rejected again, even when it would pass by now. */
    @Test
    void aRejectedBatchChangesNothingAndStaysRejected() {
        Batch rejected = batch(Shop.created("prj_2", "b"))
                .side(new SideOperation.Put("credential", "k", new byte[] {1}, null))
                .require(new Precondition.Claim("project_name", "b", Shop.project("prj_2")))
                .require(new Precondition.Alive(Shop.project("prj_1")))
                .build();
        AppendResult first = log.submit(rejected);
        assertThat(first).isInstanceOf(AppendResult.Rejected.class);
        assertThat(log.events()).isEmpty();
        assertThat(log.store().sideRecords().find("credential", "k")).isEmpty();
        log.append(batch(Shop.created("prj_1", "a"))
                .require(new Precondition.Claim("project_name", "b", Shop.project("prj_1"))));
        assertThat(log.submit(rejected)).isEqualTo(first);
        log.reopen();
        assertThat(log.submit(rejected)).isEqualTo(first);
    }

    @Test
    void aBatchWithoutEventsAnswersWithTheHead() {
        log.append(batch(Shop.created("prj_1", "a")));
        assertThat(log.append(batch())).isEqualTo(new AppendResult.Applied(1, 1));
    }

    /** S7, S10. */
    @Test
    void expiryAndKeptAnswersFollowLogTimeOnly() {
        Instant start = log.clock().instant();
        TestBatch first = batch(Shop.renamed("prj_1", "a"))
                .side(new SideOperation.Put("credential", "short", new byte[] {1}, start.plusSeconds(90)))
                .side(new SideOperation.Put("credential", "long", new byte[] {2}, start.plus(Duration.ofDays(9))))
                .side(new SideOperation.Put("wrapped_key", "ever", new byte[] {3}, null));
        Batch again = first.build();
        log.append(first);
        log.clock().advance(Duration.ofSeconds(30));
        log.append(batch());
        assertThat(log.store().sideRecords().counts()).isEqualTo(Map.of("credential", 2L, "wrapped_key", 1L));
        log.clock().advance(Duration.ofSeconds(61));
        log.append(batch());
        assertThat(log.store().sideRecords().list("credential", "", 10).stream().map(SideRecord::key))
                .containsExactly("long");
        assertThat(log.submit(again)).isEqualTo(new AppendResult.Applied(1, 1));
        log.clock().advance(Duration.ofHours(25));
        log.append(batch());
        // The answer is forgotten, so the batch counts as a new one: callers keep S7's 24 h.
        assertThat(log.submit(again)).isEqualTo(new AppendResult.Applied(2, 2));
    }

    @Test
    void anExpiredRecordIsAbsentBeforeTheSweepComesBy() {
        Instant start = log.clock().instant();
        log.append(batch().side(new SideOperation.Put("device_grant", "k", new byte[] {1}, start.plusSeconds(5))));
        log.append(batch().require(new Precondition.Side("device_grant", "k", 1)));
        log.clock().advance(Duration.ofSeconds(5));
        log.append(batch().require(new Precondition.Side("device_grant", "k", 0))
                .side(new SideOperation.Put("device_grant", "k", new byte[] {2}, start.plusSeconds(50))));
        assertThat(log.store()
                        .sideRecords()
                        .find("device_grant", "k")
                        .orElseThrow()
                        .version())
                .isEqualTo(1);
    }

    /** S16. */
    @Test
    void aReadWaitsForItsEventAndSaysWhenItDoesNotCome() throws Exception {
        Views views = log.store().views();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Long> waiting = threads.submit(() -> views.readAtLeast(
                    1, List.of("org_summary"), Duration.ofSeconds(10), EventLogContract::projectCount));
            log.append(batch(Shop.created("prj_1", "a")));
            assertThat(waiting.get()).isEqualTo(1);
        }
        assertThatThrownBy(() -> views.readAtLeast(99, Duration.ofMillis(20), EventLogContract::projectCount))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("read_wait_timeout");
        assertThatThrownBy(() -> views.read(tx -> tx.execute("DELETE FROM projects")))
                .hasMessageContaining("read-only transaction");
    }

    private static long projectCount(Handle tx) {
        return tx.createQuery("SELECT count(*) FROM projects").mapTo(Long.class).one();
    }

    @Test
    void theHeadIsThatOfTheNewestEvent() {
        log.append(batch(Shop.created("prj_1", "a")));
        LogHead head = log.store().views().read(LogHead::read);
        assertThat(head.eventId()).isEqualTo(1);
        assertThat(head.appliedIndex()).isEqualTo(1);
        assertThat(head.chainHash()).isEqualTo(log.events().getFirst().chainHash());
        assertThat(log.store().logBytes()).isPositive();
        assertThat(log.store().waitingBatches()).isZero();
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
