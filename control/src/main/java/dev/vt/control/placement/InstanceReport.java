package dev.vt.control.placement;

import dev.vt.scheduler.view.InstanceStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of one instance (node.proto, InstanceStatus).
 *
 * @param reasonCode of scheduler.md §5; empty is null
 * @param detail shortened to 512 characters; empty is null
 * @param bootId empty while nothing has booted
 */
public record InstanceReport(
        String instanceId,
        InstanceStatus status,
        @Nullable String reasonCode,
        @Nullable String detail,
        String bootId,
        int restartCount,
        @Nullable Integer exitCode,
        Instant reportedAt) {
    public InstanceReport {
        reasonCode = reasonCode == null || reasonCode.isEmpty() ? null : reasonCode;
        detail = detail == null || detail.isEmpty() ? null : detail;
    }
}
