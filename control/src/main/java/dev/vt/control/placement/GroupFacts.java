package dev.vt.control.placement;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.scheduler.view.GroupKey;
import org.jspecify.annotations.Nullable;

/** What a row of {@code groups} says beside what the planner sees. */
record GroupFacts(
        GroupKey key,
        Owner owner,
        @Nullable String releaseId,
        @Nullable String deployId,
        long deployEventId,
        long lastEventId) {

    AggregateKey env() {
        return new AggregateKey("env", key.envId());
    }

    /** Nothing happened to the group or its instances since it was read. */
    Precondition unchanged() {
        return new Precondition.Row("groups", key.envId() + "/" + key.processType(), lastEventId);
    }
}
