package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.testkit.TestLog;
import dev.vt.testkit.log.Shop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** S18: what a replay reads is what everybody else reads. */
class EventCopyTest {
    private static final int EVENTS = 1250;

    @RegisterExtension
    final TestLog log = TestLog.of(ProjectionSet.core(Shop.PROJECTS), Shop.SCHEMAS);

    private Database database;
    private Handle handle;

    @BeforeEach
    void append() {
        List<NewEvent> events = new ArrayList<>();
        for (int i = 1; i <= EVENTS; i++) {
            NewEvent event = Shop.created("prj_" + i, "näme \"" + i + "\" \uD83D\uDE00\\ \t");
            if (i % 2 == 0) {
                Owner owner = new Owner("org_" + i, i % 4 == 0 ? "prj" : null, null, i % 6 == 0 ? "env_é" : null);
                event = new NewEvent(
                        event.aggregate(), event.type(), 1, owner, event.payload(), "dep_" + i, (long) i / 2);
            }
            events.add(event);
        }
        for (int from = 0; from < EVENTS; from += 250) {
            log.submit(new Batch(
                    log.ids().next("bat"),
                    Instant.parse("2026-11-29T10:00:00.000001Z").plusNanos(from * 1_234_567_000L),
                    new Actor("user", "usr_" + from),
                    "req_" + from,
                    from == 250 ? "key" : null,
                    List.of(),
                    events.subList(from, from + 250),
                    List.of()));
        }
        database = Database.open(log.database().address(), 1);
        handle = database.connect(Database.LIVE);
    }

    @AfterEach
    void close() {
        handle.close();
        database.close();
    }

    private List<StoredEvent> selected(long after, int limit) {
        return StoredEvents.page(handle, after, limit, EventFilter.ALL);
    }

    @Test
    void aPageIsTheSameAsOneThatWasSelected() {
        assertThat(EventCopy.page(handle, 0, EVENTS))
                .hasSize(EVENTS)
                .isEqualTo(selected(0, EVENTS))
                .extracting(StoredEvent::causationId)
                .contains(null, 1L);
        assertThat(EventCopy.page(handle, 17, 5)).isEqualTo(selected(17, 5));
        assertThat(EventCopy.page(handle, EVENTS - 1, 5)).isEqualTo(selected(EVENTS - 1, 5));
        assertThat(EventCopy.page(handle, EVENTS, 5)).isEmpty();
    }

    /** A transaction that is run again reads again what it has read before. */
    @Test
    void pagesAreReadAheadFromWhereverOneAsks() {
        try (ReadAhead pages = new ReadAhead(database, EVENTS)) {
            for (long from : new long[] {0, 500, 1000, 0, 500, 700, 1200, 0, 0}) {
                assertThat(pages.after(handle, from, Replay.PAGE)).isEqualTo(selected(from, Replay.PAGE));
            }
            assertThat(pages.after(handle, EVENTS, Replay.PAGE)).isEmpty();
        }
    }
}
