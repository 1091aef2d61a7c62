package dev.vt.control.feature;

import dev.vt.control.http.ReadBarrier;
import dev.vt.eventlog.SideRecord;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** What handlers and reconcilers read of the local server. Thread-safe. */
public interface StateReader extends ReadBarrier {
    /** Runs queries over the live views in one read-only transaction. */
    <T> T read(Function<Handle, T> query);

    /** A side record that has not expired. */
    Optional<SideRecord> side(String kind, String key);

    /** At most {@code limit} events after {@code afterEventId}, in order. */
    List<StoredEvent> events(long afterEventId, int limit);
}
