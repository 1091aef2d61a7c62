package dev.vt.eventlog;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What replaying the whole log into a scratch schema showed (S19).
 *
 * @param head the event up to which was compared
 * @param chainHash of that event
 * @param digests of each live table, by name
 * @param chainIntact whether ids, sequences and hashes follow from each other without a gap
 * @param differences what does not agree, in words; empty means that the views are the log
 */
public record Verification(
        long head, String chainHash, SortedMap<String, String> digests, boolean chainIntact, List<String> differences) {
    public Verification {
        digests = new TreeMap<>(digests);
        differences = List.copyOf(differences);
    }

    public boolean ok() {
        return differences.isEmpty();
    }
}
