package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventLog;
import dev.vt.eventlog.Projection.ViewTable;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.apply.BatchApplier;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.eventlog.apply.PreparedBatch;
import dev.vt.eventlog.apply.RoundTrip;
import dev.vt.testkit.TestDatabase;
import dev.vt.testkit.log.Scenario;
import dev.vt.testkit.log.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jdbi.v3.core.Handle;

class LogPropertyTest {
    private static final int BATCHES = 60;
    private static final List<ViewTable> LOG_TABLES = List.of(
            new ViewTable("events", List.of("event_id")),
            new ViewTable("log_head", List.of("one")),
            new ViewTable("aggregates", List.of("aggregate_id", "aggregate_type")),
            new ViewTable("claims", List.of("scope", "key")),
            new ViewTable("side_records", List.of("kind", "key")),
            new ViewTable("batch_answers", List.of("batch_id")));

    private record Outcome(List<AppendResult> answers, SortedMap<String, String> digests) {}

    /** S8, S11, state.md §14.5: how batches share transactions is not to be seen in any byte, which is what Raft mode needs. */
    @Property(tries = 4, shrinking = ShrinkingMode.OFF)
    void theSameBatchesGiveTheSameBytesHoweverTheyAreGrouped(@ForAll long seed) {
        List<Batch> batches = Scenario.of(seed, BATCHES);
        Outcome oneByOne = applied(batches, 1, seed);
        assertThat(applied(batches, BATCHES, seed)).isEqualTo(oneByOne);
        assertThat(applied(batches, 9, seed)).isEqualTo(oneByOne);
    }

    private static Outcome applied(List<Batch> batches, int largestGroup, long seed) {
        Random random = new Random(seed);
        try (TestDatabase database = TestDatabase.create()) {
            EventStore.open(database.address(), Shop.VIEWS, Shop.SCHEMAS, EventStore.Config.DEFAULT)
                    .close();
            BatchApplier applier = new BatchApplier(Shop.SCHEMAS, Shop.VIEWS.core());
            List<AppendResult> answers = new ArrayList<>();
            try (Database connections = Database.open(database.address(), 1);
                    Handle handle = connections.connect(Database.LIVE)) {
                for (int from = 0; from < batches.size(); ) {
                    int to = Math.min(batches.size(), from + 1 + random.nextInt(largestGroup));
                    List<PreparedBatch> group = batches.subList(from, to).stream()
                            .map(applier::prepare)
                            .toList();
                    answers.addAll(handle.inTransaction(tx -> applier.apply(tx, group, new RoundTrip())));
                    from = to;
                }
                return new Outcome(answers, digests(handle));
            }
        }
    }

    private static SortedMap<String, String> digests(Handle handle) {
        SortedMap<String, String> digests = new TreeMap<>();
        LOG_TABLES.forEach(table -> digests.put("log." + table.name(), ViewDigest.of(handle, "log", table)));
        Shop.VIEWS
                .core()
                .forEach(projection -> projection
                        .tables()
                        .forEach(table -> digests.put(table.name(), ViewDigest.of(handle, Database.LIVE, table))));
        return digests;
    }

    /** state.md §14.7: random scenarios from many callers at once, then replay equals fold, and ids stay dense. */
    @Property(tries = 4, shrinking = ShrinkingMode.OFF)
    void viewsAreTheFoldOfTheLogAndIdsStayDense(@ForAll long seed) throws Exception {
        try (TestDatabase database = TestDatabase.create();
                EventStore store =
                        EventStore.open(database.address(), Shop.VIEWS, Shop.SCHEMAS, EventStore.Config.DEFAULT)) {
            appendInParallel(store.log(), Scenario.of(seed, BATCHES));
            List<StoredEvent> events =
                    store.events().read(0, 1000, EventFilter.ALL).events();
            assertThat(events.stream().map(StoredEvent::eventId))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, events.size()).boxed().toList());
            Map<String, String> view = new HashMap<>();
            store.views().<Void, RuntimeException>read(tx -> {
                tx.createQuery("SELECT id, name FROM projects")
                        .map((row, context) -> view.put(row.getString(1), row.getString(2)))
                        .list();
                return null;
            });
            assertThat(view).isEqualTo(fold(events));
            assertThat(store.awaitDerived(events.size(), Duration.ofSeconds(20)))
                    .isTrue();
            assertThat(store.verify().differences()).isEmpty();
            LogHead head = store.views().read(LogHead::read);
            assertThat(head.eventId()).isEqualTo(events.size());
            assertThat(store.halted()).isEmpty();
        }
    }

    private static void appendInParallel(EventLog log, List<Batch> batches) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<AppendResult>> running = new ArrayList<>();
            for (Batch batch : batches) {
                running.add(threads.submit(() -> log.append(batch)));
            }
            for (Future<AppendResult> one : running) {
                assertThat(one.get()).isNotInstanceOf(AppendResult.Unknown.class);
            }
        }
    }

    private static Map<String, String> fold(List<StoredEvent> events) {
        Map<String, String> projects = new HashMap<>();
        for (StoredEvent event : events) {
            switch (event.type()) {
                case "project.created" ->
                    projects.put(
                            event.aggregate().id(), event.payload().path("name").textValue());
                case "project.updated" ->
                    projects.replace(
                            event.aggregate().id(), event.payload().path("name").textValue());
                case "project.deleted" -> projects.remove(event.aggregate().id());
                default -> {}
            }
        }
        return projects;
    }
}
