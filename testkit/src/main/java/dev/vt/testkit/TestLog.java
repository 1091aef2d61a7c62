package dev.vt.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.store.EventStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An event log on a database of its own for each test. After each test the log is replayed into a scratch schema, and the test
 * fails if any view or the hash chain differs (S19).
 */
public final class TestLog implements BeforeEachCallback, AfterEachCallback {
    private static final Duration DERIVED_WITHIN = Duration.ofSeconds(20);

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);

    private final LogSetup setup;
    private final ProjectionSet projections;
    private final EventSchemas schemas;
    private TestIds ids = new TestIds();
    private TestClock clock = new TestClock();
    private LogSetup.@Nullable Running running;
    private boolean verified = true;

    private TestLog(LogSetup setup, ProjectionSet projections, EventSchemas schemas) {
        this.setup = setup;
        this.projections = projections;
        this.schemas = schemas;
    }

    /** For {@code @RegisterExtension} on an instance field. */
    public static TestLog of(ProjectionSet projections, EventSchemas schemas) {
        return of(LogSetup.DIRECT, projections, schemas);
    }

    /** As above, in whatever mode the setup runs. */
    public static TestLog of(LogSetup setup, ProjectionSet projections, EventSchemas schemas) {
        return new TestLog(setup, projections, schemas);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        ids = new TestIds();
        clock = new TestClock();
        verified = true;
        running = setup.start(projections, schemas);
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        try {
            if (verified && context.getExecutionException().isEmpty()) {
                verify();
            }
        } finally {
            if (running != null) {
                running.close();
                running = null;
            }
        }
    }

    /** For a test that breaks the log on purpose. */
    public void skipVerification() {
        verified = false;
    }

    /** Waits for the derived views of each server, then compares everything with a replay of the log, and all with the first. */
    public Verification verify() throws InterruptedException {
        long head = store().events().head();
        Verification first = null;
        for (EventStore one : running().stores()) {
            assertThat(one.events().awaitBeyond(head - 1, DERIVED_WITHIN)).isGreaterThanOrEqualTo(head);
            Verification verification = verify(one);
            if (first == null) {
                first = verification;
            }
            assertThat(verification).as("every server has the same bytes (S8)").isEqualTo(first);
        }
        return requireNonNull(first);
    }

    private static Verification verify(EventStore current) throws InterruptedException {
        assertThat(current.halted()).isEmpty();
        assertThat(current.awaitDerived(current.events().head(), DERIVED_WITHIN))
                .as("derived views follow within %s: %s", DERIVED_WITHIN, current.derivedCheckpoints())
                .isTrue();
        Verification verification = current.verify();
        assertThat(verification.differences())
                .as("views are what the log says (S19)")
                .isEmpty();
        return verification;
    }

    /** Opens the log again on the same database, as a restarted server would. */
    public EventStore reopen() {
        return reopen(projections, schemas);
    }

    /** As {@link #reopen()}, with other projections or schemas, as after an upgrade. */
    public EventStore reopen(ProjectionSet newProjections, EventSchemas newSchemas) {
        running().reopen(newProjections, newSchemas);
        return store();
    }

    private LogSetup.Running running() {
        if (running == null) {
            throw new IllegalStateException("the log is open during a test only");
        }
        return running;
    }

    /** The server that leads. */
    public EventStore store() {
        return running().leader();
    }

    /** All servers. */
    public List<EventStore> stores() {
        return running().stores();
    }

    /** Of the server that leads. */
    public TestDatabase database() {
        return running().database();
    }

    public TestIds ids() {
        return ids;
    }

    public TestClock clock() {
        return clock;
    }

    /** A batch with a new id, at the clock's time, by {@code system test}. */
    public TestBatch batch() {
        return new TestBatch(ids.next("bat"), clock.instant());
    }

    /** Appends to the leader, as often as it takes to learn the outcome (S7). */
    public AppendResult submit(Batch batch) {
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        AppendResult result = store().log().append(batch);
        while (result instanceof AppendResult.Unknown && System.nanoTime() < deadline) {
            result = store().log().append(batch);
        }
        return result;
    }

    /** Appends and insists that it is applied. */
    public AppendResult.Applied append(TestBatch batch) {
        AppendResult result = submit(batch.build());
        assertThat(result).isInstanceOf(AppendResult.Applied.class);
        return (AppendResult.Applied) result;
    }

    /** Appends and insists that it is rejected. */
    public AppendResult.Rejected rejected(TestBatch batch) {
        AppendResult result = submit(batch.build());
        assertThat(result).isInstanceOf(AppendResult.Rejected.class);
        return (AppendResult.Rejected) result;
    }

    /** All events of the log. */
    public List<StoredEvent> events() {
        List<StoredEvent> all = new ArrayList<>();
        long after = 0;
        while (true) {
            List<StoredEvent> page =
                    store().events().read(after, 1000, EventFilter.ALL).events();
            all.addAll(page);
            if (page.isEmpty()) {
                return all;
            }
            after = page.getLast().eventId();
        }
    }
}
