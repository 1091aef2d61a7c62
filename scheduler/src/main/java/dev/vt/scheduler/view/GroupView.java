package dev.vt.scheduler.view;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A group to plan.
 *
 * @param priority 0–1000 (K6)
 * @param spec null: no desired release, or the environment is deleted
 * @param scale stored by a person; empty: {@code scalingMin} holds
 * @param instances those not finished: live, or still wanted, or not yet reported stopped
 * @param failures of the present hash since hash and wanted number last changed
 * @param blocked null: not blocked
 */
public record GroupView(
        GroupKey key,
        String orgId,
        int priority,
        @Nullable GroupSpec spec,
        OptionalInt scale,
        int scalingMin,
        boolean envDeleted,
        List<InstanceView> instances,
        List<FailureView> failures,
        @Nullable BlockedView blocked) {
    public GroupView {
        instances = List.copyOf(instances);
        failures = List.copyOf(failures);
    }

    /** Replicas wanted: none without a release, else the stored scale, else the manifest's minimum (scheduler.md §1). */
    public int wanted() {
        if (spec == null || envDeleted) {
            return 0;
        }
        int replicas = scale.orElse(scalingMin);
        return spec.inPlace() ? Math.min(1, replicas) : replicas;
    }
}
