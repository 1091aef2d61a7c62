package dev.vt.eventlog;

import java.util.Map;

/** What became of a batch. */
public sealed interface AppendResult {
    /** Committed. {@code first} and {@code last} are event ids, both the current head if the batch had no event. */
    record Applied(long first, long last) implements AppendResult {}

    /**
     * A deterministic refusal: nothing changed.
     *
     * @param index of the precondition
     * @param kind its kind in lower case: {@code seq}, {@code alive}, {@code claim}, {@code row}, {@code quota} …
     * @param facts for example {@code scope}, {@code key}, {@code head}; texts and {@code Long}s
     */
    record Rejected(int index, String kind, Map<String, Object> facts) implements AppendResult {
        public Rejected {
            facts = Map.copyOf(facts);
        }
    }

    /** Timed out or lost the leader: append the same batch again to learn the outcome (S7). */
    record Unknown(String reason) implements AppendResult {}
}
