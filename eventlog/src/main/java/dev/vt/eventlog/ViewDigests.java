package dev.vt.eventlog;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a server's core views were right after one event (S13).
 *
 * @param digests 64 hexadecimal digits (S19) by {@code <table>@<code version>}: other code may rightly make other rows
 */
public record ViewDigests(long eventId, SortedMap<String, String> digests) {
    public ViewDigests(long eventId, Map<String, String> digests) {
        this(eventId, new TreeMap<>(digests));
    }

    public ViewDigests {
        digests = Collections.unmodifiableSortedMap(new TreeMap<>(digests));
    }
}
