package dev.vt.control.deploy;

import org.jspecify.annotations.Nullable;

/** What may be asked. */
sealed interface DeployCommand {
    /**
     * Applies a plan.
     *
     * @param kind {@code deploy} or {@code rollback}
     * @param planHash the plan the caller saw, or null
     * @param allowDestructive whether things may be removed
     */
    record Start(
            String kind,
            String releaseId,
            DeployPlan plan,
            @Nullable String planHash,
            boolean allowDestructive) implements DeployCommand {}

    /** Of the controller, and of a newer deploy. */
    record ChangeStatus(
            DeployStatus status,
            @Nullable String reasonCode,
            @Nullable String detail,
            @Nullable String message) implements DeployCommand {}
}
