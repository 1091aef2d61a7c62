package dev.vt.control.placement;

import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.Snapshot;
import java.time.Instant;
import java.util.Map;

/**
 * A snapshot for the planner, read in one transaction.
 *
 * @param logTime the running maximum of proposed times
 * @param eventId the newest event it reflects
 */
record Reading(Snapshot snapshot, Map<GroupKey, GroupFacts> groups, Instant logTime, long eventId) {
    Reading {
        groups = Map.copyOf(groups);
    }
}
