package dev.vt.eventlog;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads side records; they change only by the side operations of a batch. Thread-safe. */
public interface SideRecords {
    Optional<SideRecord> find(String kind, String key);

    /** In key order, the keys after {@code afterKey} (empty: from the first), at most {@code limit} (1 to 1000). */
    List<SideRecord> list(String kind, String afterKey, int limit);

    /** How many there are of each kind ({@code vt_side_records}). */
    Map<String, Long> counts();
}
