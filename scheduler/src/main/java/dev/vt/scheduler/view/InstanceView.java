package dev.vt.scheduler.view;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instance as the log knows it.
 *
 * @param specHash of the group when it was allocated
 * @param reserved what it takes on its node, overhead included, until it is reported stopped
 * @param desiredSince when the desired state was set; for running the allocation
 * @param desiredReason why it is draining or stopped
 * @param statusReason of the newest report
 * @param allocatedAt log time
 * @param firstReadyAt null: was never ready
 * @param readySince null: is not ready now
 * @param drainGraceSeconds granted when it was told to drain
 */
public record InstanceView(
        String id,
        String nodeId,
        String specHash,
        Resources reserved,
        List<String> volumeIds,
        DesiredState desired,
        Instant desiredSince,
        @Nullable String desiredReason,
        InstanceStatus status,
        @Nullable String statusReason,
        Instant allocatedAt,
        @Nullable Instant firstReadyAt,
        @Nullable Instant readySince,
        int drainGraceSeconds) {
    public InstanceView {
        volumeIds = List.copyOf(volumeIds);
    }

    /** Neither reported stopped nor given up: takes part in the group. */
    public boolean live() {
        return status != InstanceStatus.STOPPED && desired != DesiredState.STOPPED;
    }
}
