package dev.vt.control.placement;

import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What happened to an instance (state.md §3). */
sealed interface InstanceEvent {
    /** @param overheadBytes memory beside the cap, for the driver */
    record Allocated(
            String processType,
            String nodeId,
            String driver,
            String releaseId,
            @Nullable String secretsVersionId,
            @Nullable String deployId,
            String groupSpecHash,
            String overlayIpv6,
            long cpuMillis,
            long memoryBytes,
            long overheadBytes,
            long diskBytes)
            implements InstanceEvent {}

    /** @param drainGraceSeconds only with draining */
    record DesiredStateChanged(
            DesiredState desired, @Nullable Integer drainGraceSeconds, String reasonCode) implements InstanceEvent {}

    /** @param bootId empty while nothing has booted */
    record StatusChanged(
            InstanceStatus status,
            @Nullable String reasonCode,
            @Nullable String detail,
            String bootId,
            int restartCount,
            @Nullable Integer exitCode,
            Instant reportedAt)
            implements InstanceEvent {}
}
