package dev.vt.eventlog;

import java.util.Map;

/** What must hold when a batch is applied (state.md §4); checked in the order listed, the first failure rejects all. */
public sealed interface Precondition {
    /** The aggregate's head is {@code seq}; 0: it never existed. */
    record Seq(AggregateKey aggregate, int seq) implements Precondition {}

    /** The aggregate exists and its newest event is not its deletion. */
    record Alive(AggregateKey aggregate) implements Precondition {}

    /** No live aggregate of {@code childType} names this one as parent. */
    record NoChildren(AggregateKey parent, String childType) implements Precondition {}

    /** The key is free in its scope or already has this owner; then it is the owner's. */
    record Claim(String scope, String key, AggregateKey owner) implements Precondition {}

    /** Gives a claim up; holds whether or not the owner had it. */
    record Release(String scope, String key, AggregateKey owner) implements Precondition {}

    /** Gives up every claim of an owner (on its deletion). */
    record ReleaseAll(AggregateKey owner) implements Precondition {}

    /** The core row still carries the event that the proposer read; 0: no such row. */
    record Row(String view, String key, long lastEventId) implements Precondition {}

    /** Usage plus delta stays within the org's limit in each dimension; then the usage is raised. */
    record Quota(String orgId, Map<String, Long> deltas) implements Precondition {
        public Quota {
            deltas = Map.copyOf(deltas);
        }
    }

    /** Reserved plus {@code memoryBytes} stays within the node's allocatable memory, by the core views. */
    record Capacity(String nodeId, long memoryBytes) implements Precondition {}

    /** The side record has this version; 0: absent. */
    record Side(String kind, String key, int version) implements Precondition {}

    /** Equals the epoch of the newest {@code cluster.leader_changed}; every system batch has one. */
    record Fence(long epoch) implements Precondition {}
}
