package dev.vt.eventlog.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.ViewDigests;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.raft.Membership;
import dev.vt.eventlog.raft.RaftMembership;
import dev.vt.testkit.TestClock;
import dev.vt.testkit.TestDatabase;
import dev.vt.testkit.log.Scenario;
import dev.vt.testkit.log.Shop;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("cluster")
class RaftClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Started by each test in its own way. */
    private @Nullable RaftCluster started;

    @AfterEach
    void close() {
        if (started != null) {
            started.close();
        }
    }

    private void start(int founders, long snapshotEntries, Step.Probe probeOfFirst) {
        started = new RaftCluster(Shop.VIEWS, Shop.SCHEMAS, founders, snapshotEntries, probeOfFirst);
    }

    private RaftCluster cluster() {
        return requireNonNull(started);
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

    /** S13: each server digests its core views after the same batches; equal servers say the same, one with another row does not. */
    @Test
    void viewsAreDigestedAfterTheSameEventsOnEveryServer_S13() throws Exception {
        start(3, 10_000, Step.Probe.NONE);
        AtomicInteger projects = new AtomicInteger();
        RaftCluster.await("an event that all have digests of", () -> {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 20; i++) {
                    threads.submit(() -> append(sized(projects.incrementAndGet())));
                }
            }
            return ofAll().isEmpty() ? null : true;
        });
        ofAll().values().forEach(digests -> assertThat(digests).hasSize(1));
        List<StoredEvent> events = new ArrayList<>();
        for (long after = 0;
                events.addAll(read(after));
                after = events.getLast().eventId()) {}
        for (RaftCluster.Server server : cluster().servers()) {
            assertThat(server.engine().viewDigests()).allSatisfy(kept -> {
                List<StoredEvent> batch = events.stream()
                        .filter(event -> event.batchId()
                                .equals(events.get((int) kept.eventId() - 1).batchId()))
                        .toList();
                assertThat(batch.getLast().eventId()).isEqualTo(kept.eventId());
                assertThat(batch).anyMatch(event -> event.eventId() % RaftCluster.DIGEST_EVENTS == 0);
                assertThat(kept.digests())
                        .containsOnlyKeys(
                                "projects@1", "node_reservations@1", "instances@1", "quotas@1", "quota_usage@1");
            });
        }

        RaftCluster.Server wrong = cluster().servers().getLast();
        PostgresAddress address = wrong.database().address();
        try (Connection connection = DriverManager.getConnection(address.url(), address.user(), address.password());
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE live.projects SET name = 'other' WHERE id = 'prj_1'"))
                    .isEqualTo(1);
        }
        long changed = events.getLast().eventId() + RaftCluster.DIGEST_EVENTS;
        RaftCluster.await("a later event that all have digests of", () -> {
            append(sized(projects.incrementAndGet()));
            return ofAll().tailMap(changed).isEmpty() ? null : true;
        });
        assertThat(ofAll().tailMap(changed).values())
                .allSatisfy(digests -> assertThat(digests).hasSize(2));
        long event = ofAll().lastKey();
        Map<String, String> right = digests(cluster().servers().getFirst(), event);
        Map<String, String> others = digests(wrong, event);
        assertThat(right.keySet())
                .filteredOn(view -> !Objects.equals(right.get(view), others.get(view)))
                .containsExactly("projects@1");
    }

    /** Of one to three events, so that boundaries fall into the middle of a batch as well. */
    private static Batch sized(int number) {
        String project = "prj_" + number;
        List<NewEvent> events = new ArrayList<>(List.of(Shop.created(project, "a")));
        for (int i = 0; i < number % 3; i++) {
            events.add(Shop.renamed(project, "b" + i));
        }
        return new Batch(
                "bat_" + number,
                new TestClock().instant(),
                Actor.system("test"),
                "req_1",
                null,
                List.of(new Precondition.Seq(Shop.project(project), 0)),
                events,
                List.of());
    }

    private List<StoredEvent> read(long after) {
        return cluster().leader().events().read(after, 1000, EventFilter.ALL).events();
    }

    private static Map<String, String> digests(RaftCluster.Server server, long event) {
        return server.engine().viewDigests().stream()
                .filter(kept -> kept.eventId() == event)
                .findFirst()
                .orElseThrow()
                .digests();
    }

    /** What servers say, by the event, if all of them say something of it. */
    private SortedMap<Long, Set<Map<String, String>>> ofAll() {
        List<RaftCluster.Server> servers = cluster().servers();
        SortedMap<Long, Integer> how = new TreeMap<>();
        SortedMap<Long, Set<Map<String, String>>> what = new TreeMap<>();
        for (RaftCluster.Server server : servers) {
            for (ViewDigests kept : server.engine().viewDigests()) {
                how.merge(kept.eventId(), 1, Integer::sum);
                what.computeIfAbsent(kept.eventId(), id -> new HashSet<>()).add(kept.digests());
            }
        }
        what.keySet().removeIf(event -> how.getOrDefault(event, 0) < servers.size());
        return what;
    }

    private AppendResult append(Batch batch) {
        return RaftCluster.await("an answer for " + batch.batchId(), () -> {
            try {
                AppendResult result = cluster().leader().log().append(batch);
                return result instanceof AppendResult.Unknown ? null : result;
            } catch (ApplyHaltedException thatOneIsDead) {
                return null;
            }
        });
    }

    private void append(int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(append(batch("bat_" + i, "prj_" + i))).isInstanceOf(AppendResult.Applied.class);
        }
    }

    /** All servers that run reach the same event, replay says the same of each, and they agree with each other. */
    private void allEqual() throws InterruptedException {
        long head = cluster().leader().events().head();
        Verification first = null;
        for (EventStore store : cluster().stores()) {
            assertThat(store.events().awaitBeyond(head - 1, LIMIT)).isGreaterThanOrEqualTo(head);
            assertThat(store.halted()).isEmpty();
            assertThat(store.awaitDerived(head, LIMIT)).isTrue();
            Verification verification = store.verify();
            assertThat(verification.differences()).isEmpty();
            first = first == null ? verification : first;
            assertThat(verification).isEqualTo(first);
        }
    }

    /** V10: elsewhere than at the leader an append goes there, is applied once, and a leader's own work goes nowhere. */
    @Test
    void aFollowerTakesItsBatchesToTheLeader() throws InterruptedException {
        start(3, 10_000, Step.Probe.NONE);
        append(0, 1);
        EventStore follower = cluster().servers().stream()
                .filter(server -> !server.store().leads())
                .findFirst()
                .orElseThrow()
                .store();
        AppendResult first = RaftCluster.await("the follower knows the leader", () -> {
            AppendResult result = follower.log().append(batch("bat_f", "prj_f"));
            return result instanceof AppendResult.Unknown ? null : result;
        });
        assertThat(first).isInstanceOf(AppendResult.Applied.class);
        assertThat(follower.log().append(batch("bat_f", "prj_f"))).as("S7").isEqualTo(first);
        assertThat(follower.log().append(batch("bat_g", "prj_f")))
                .as("decided by the log, not by the follower's views")
                .isInstanceOf(AppendResult.Rejected.class);
        Batch fenced = new Batch(
                "bat_h",
                new TestClock().instant(),
                Actor.system("test"),
                "req_1",
                null,
                List.of(new Precondition.Fence(0)),
                List.of(Shop.created("prj_h", "a")),
                List.of());
        assertThat(follower.log().append(fenced)).isInstanceOf(AppendResult.Unknown.class);
        allEqual();
    }

    /** S7, state.md §14.4: whoever lost its leader asks again by the batch's id. */
    @Test
    void aNewLeaderAnswersForTheOneThatStopped() throws InterruptedException {
        start(3, 10_000, Step.Probe.NONE);
        append(0, 5);
        RaftCluster.Server old = cluster().leadingServer();
        old.stop();
        append(5, 10);
        assertThat(append(batch("bat_4", "prj_4"))).isEqualTo(new AppendResult.Applied(9, 10));
        assertThat(cluster().leadingServer().id).isNotEqualTo(old.id);
        old.start(Step.Probe.NONE);
        append(10, 12);
        allEqual();
        assertThat(cluster().leader().events().head()).isEqualTo(24);
    }

    /** V2: apply dies at any step, on the leader or on a follower; the entry is neither lost nor doubled. */
    @ParameterizedTest
    @CsvSource({
        "GROUP_TAKEN,true",
        "APPLIED,true",
        "COMMITTED,true",
        "GROUP_TAKEN,false",
        "APPLIED,false",
        "COMMITTED,false"
    })
    void aServerThatDiesAtAnyStepNeitherRepeatsNorLosesAnEntry(Step step, boolean leading) throws Exception {
        AtomicBoolean armed = new AtomicBoolean();
        CountDownLatch died = new CountDownLatch(1);
        start(3, 10_000, reached -> {
            if (reached == step && armed.compareAndSet(true, false)) {
                died.countDown();
                throw new Killed();
            }
        });
        append(0, 2);
        cluster().lead(leading ? "srv_1" : "srv_2");
        armed.set(true);
        append(2, 4);
        died.await();
        append(4, 6);
        assertThat(append(batch("bat_2", "prj_2"))).isEqualTo(new AppendResult.Applied(5, 6));
        RaftCluster.Server dead = cluster().server("srv_1");
        assertThat(RaftCluster.await("its halt", () -> dead.store().halted().orElse(null)))
                .hasMessageContaining("died");
        dead.stop();
        dead.start(Step.Probe.NONE);
        append(6, 8);
        allEqual();
        assertThat(cluster().leader().events().head()).isEqualTo(16);
    }

    /** S12: an entry that cannot be applied halts every server at the same place, and a fixed program goes on from there. */
    @Test
    void anEntryThatCannotBeAppliedHaltsAllAtTheSamePlace() throws InterruptedException {
        Projection fragile =
                Shop.view("fragile", 1, List.of("CREATE TABLE fragile (id text)"), List.of(), (event, tx) -> {
                    if (event.payload().path("name").asText().equals("poison")) {
                        tx.execute("INSERT INTO no_such_table VALUES (1)");
                    }
                });
        started = new RaftCluster(ProjectionSet.core(Shop.PROJECTS, fragile), Shop.SCHEMAS);
        append(0, 1);
        Batch poison = new Batch(
                "bat_poison",
                new TestClock().instant(),
                Actor.system("test"),
                "req_1",
                null,
                List.of(),
                List.of(Shop.created("prj_poison", "poison")),
                List.of());
        assertThatThrownBy(() -> cluster().leader().log().append(poison)).isInstanceOf(ApplyHaltedException.class);
        for (EventStore store : cluster().stores()) {
            assertThat(RaftCluster.await("halt", () -> store.halted().orElse(null)))
                    .hasMessageContaining("fragile");
            assertThat(store.leads()).isFalse();
            assertThat(store.events().head()).isEqualTo(2);
        }
        cluster().reopen(Shop.VIEWS, Shop.SCHEMAS);
        assertThat(append(poison)).isEqualTo(new AppendResult.Applied(3, 3));
        append(1, 2);
        allEqual();
    }

    /** S7, S12, V2: an entry of several batches, one of which cannot be applied: those before it are not repeated later. */
    @Test
    void theBatchesOfAnEntryBeforeOneThatHaltsAreAppliedOnce() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(1);
        Projection fragile =
                Shop.view("fragile", 1, List.of("CREATE TABLE fragile (id text)"), List.of(), (event, tx) -> {
                    if (event.aggregate().id().equals("prj_8")) {
                        tx.execute("INSERT INTO no_such_table VALUES (1)");
                    }
                });
        started = new RaftCluster(ProjectionSet.core(Shop.PROJECTS, fragile), Shop.SCHEMAS, 1, 10_000, step -> {
            if (step == Step.GROUP_TAKEN) {
                await(all);
            }
        });
        EventStore store = cluster().leader();
        List<Thread> callers = new ArrayList<>();
        // Two entries under way, of one batch each; the others wait for them and are one entry.
        for (int i = 0; i < 12; i++) {
            Batch batch = project(i);
            Thread caller = Thread.ofPlatform().start(() -> {
                try {
                    store.log().append(batch);
                } catch (ApplyHaltedException halted) {
                    // What became of it is asked below.
                }
            });
            callers.add(caller);
            RaftCluster.await("it waits", () -> caller.getState() == Thread.State.TIMED_WAITING ? true : null);
        }
        all.countDown();
        for (Thread caller : callers) {
            assertThat(caller.join(RaftCluster.WITHIN)).isTrue();
        }
        assertThat(RaftCluster.await("halt", () -> store.halted().orElse(null))).hasMessageContaining("fragile");
        assertThat(store.events().head()).isEqualTo(8);
        cluster().reopen(Shop.VIEWS, Shop.SCHEMAS);
        for (int i = 0; i < 12; i++) {
            assertThat(append(project(i))).isEqualTo(new AppendResult.Applied(i + 1, i + 1));
        }
        assertThat(cluster().leader().verify().differences()).isEmpty();
    }

    private static Batch project(int number) {
        return new Batch(
                "bat_" + number,
                new TestClock().instant(),
                Actor.system("test"),
                "req_1",
                null,
                List.of(),
                List.of(Shop.created("prj_" + number, "a" + number)),
                List.of());
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(RaftCluster.WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody let the apply thread go on");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** V8, V9, S20, state.md §14.14; V3: added, promoted, demoted, removed, one change at a time. */
    @Test
    void aServerBehindThePurgedLogIsSeededAndEqualsItsPeers() throws InterruptedException {
        start(3, 20, Step.Probe.NONE);
        append(0, 30);
        RaftCluster.Server absent = cluster().server("srv_3");
        cluster().lead("srv_1");
        absent.stop();
        append(30, 130);
        RaftCluster.Server joining = cluster().join("srv_4");
        RaftMembership membership = cluster().server("srv_1").engine().membership();
        membership.addObserver(membership.current(), "srv_4", joining.address, LIMIT);
        absent.start(Step.Probe.NONE);
        append(130, 140);
        allEqual();
        assertThat(joining.store().leads()).isFalse();
        assertThat(joining.store().log().append(batch("bat_x", "prj_x"))).isInstanceOf(AppendResult.Applied.class);
        Membership seen = cluster().leadingServer().engine().membership().current();
        assertThat(seen.find("srv_4").orElseThrow().voter()).isFalse();
        membership = cluster().leadingServer().engine().membership();
        membership.promote(seen, "srv_4", LIMIT);
        assertThat(membership.current().voters()).hasSize(4);
        RaftMembership late = membership;
        assertThatThrownBy(() -> late.demote(seen, "srv_2", LIMIT))
                .as("compare and set")
                .isNotNull();
        cluster().lead("srv_4");
        append(140, 142);
        membership = cluster().leadingServer().engine().membership();
        membership.demote(membership.current(), "srv_2", LIMIT);
        membership.remove(membership.current(), "srv_2", LIMIT);
        cluster().server("srv_2").stop();
        assertThat(membership.current().members().stream().map(Membership.Member::id))
                .containsExactly("srv_1", "srv_3", "srv_4");
        append(142, 144);
        allEqual();
        cluster().stopAll();
        for (String id : List.of("srv_1", "srv_3", "srv_4")) {
            cluster().server(id).start(Step.Probe.NONE);
        }
        append(144, 146);
        allEqual();
    }

    /** V11, S16: a follower that asked the leader has all that was answered before. */
    @Test
    void aBarrierOnAFollowerShowsWhatWasAnswered() throws InterruptedException {
        start(3, 10_000, Step.Probe.NONE);
        cluster().lead("srv_1");
        for (int i = 0; i < 20; i++) {
            AppendResult.Applied answered = (AppendResult.Applied) append(batch("bat_" + i, "prj_" + i));
            RaftCluster.Server follower = cluster().server(i % 2 == 0 ? "srv_2" : "srv_3");
            assertThat(follower.engine().barrier(LIMIT)).isTrue();
            long projects = follower.store()
                    .views()
                    .read(tx -> tx.createQuery("SELECT count(*) FROM projects")
                            .mapTo(Long.class)
                            .one());
            assertThat(projects).isEqualTo(answered.last() / 2);
        }
        assertThat(cluster().server("srv_2").engine().leader()).contains("srv_1");
        assertThat(cluster().server("srv_2").engine().sinceLeader()).isPresent();
        cluster().server("srv_1").stop();
        cluster().server("srv_3").stop();
        assertThat(cluster().server("srv_2").engine().barrier(Duration.ofSeconds(1)))
                .as("alone it cannot know")
                .isFalse();
    }

    /** S8, state.md §14.5. */
    @Test
    void theSameBatchesGiveTheSameBytesInBothModes() throws Exception {
        List<Batch> batches = Scenario.of(4711, 80);
        start(3, 10_000, Step.Probe.NONE);
        List<AppendResult> answers = batches.stream().map(this::append).toList();
        try (TestDatabase database = TestDatabase.create();
                EventStore direct =
                        EventStore.open(database.address(), Shop.VIEWS, Shop.SCHEMAS, EventStore.Config.DEFAULT)) {
            assertThat(batches.stream().map(direct.log()::append)).containsExactlyElementsOf(answers);
            SortedMap<String, String> expected = LogDigests.of(database.address());
            List<StoredEvent> events =
                    direct.events().read(0, 1000, EventFilter.ALL).events();
            for (RaftCluster.Server server : cluster().servers()) {
                server.store().events().awaitBeyond(events.size() - 1, LIMIT);
                assertThat(server.engine().barrier(LIMIT)).isTrue();
                assertThat(LogDigests.of(server.database().address())).isEqualTo(expected);
                assertThat(server.store()
                                .events()
                                .read(0, 1000, EventFilter.ALL)
                                .events())
                        .isEqualTo(events);
            }
        }
        allEqual();
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }
}
