package dev.vt.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.AppendResult;
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

    private final ProjectionSet projections;
    private final EventSchemas schemas;
    private TestIds ids = new TestIds();
    private TestClock clock = new TestClock();
    private @Nullable TestDatabase database;
    private @Nullable EventStore store;
    private boolean verified = true;

    private TestLog(ProjectionSet projections, EventSchemas schemas) {
        this.projections = projections;
        this.schemas = schemas;
    }

    /** For {@code @RegisterExtension} on an instance field. */
    public static TestLog of(ProjectionSet projections, EventSchemas schemas) {
        return new TestLog(projections, schemas);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        ids = new TestIds();
        clock = new TestClock();
        verified = true;
        database = TestDatabase.create();
        open();
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        try {
            if (verified && context.getExecutionException().isEmpty()) {
                verify();
            }
        } finally {
            close();
            if (database != null) {
                database.close();
            }
        }
    }

    /** For a test that breaks the log on purpose. */
    public void skipVerification() {
        verified = false;
    }

    /** Waits for the derived views, then compares everything with a replay of the log. */
    public Verification verify() throws InterruptedException {
        EventStore current = store();
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
        close();
        store = EventStore.open(database().address(), newProjections, newSchemas, EventStore.Config.DEFAULT);
        return store;
    }

    private void open() {
        store = EventStore.open(database().address(), projections, schemas, EventStore.Config.DEFAULT);
    }

    private void close() {
        if (store != null) {
            store.close();
            store = null;
        }
    }

    public EventStore store() {
        if (store == null) {
            throw new IllegalStateException("the log is open during a test only");
        }
        return store;
    }

    public TestDatabase database() {
        if (database == null) {
            throw new IllegalStateException("the database is there during a test only");
        }
        return database;
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

    /** Appends and insists that it is applied. */
    public AppendResult.Applied append(TestBatch batch) {
        AppendResult result = store().log().append(batch.build());
        assertThat(result).isInstanceOf(AppendResult.Applied.class);
        return (AppendResult.Applied) result;
    }

    /** Appends and insists that it is rejected. */
    public AppendResult.Rejected rejected(TestBatch batch) {
        AppendResult result = store().log().append(batch.build());
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
