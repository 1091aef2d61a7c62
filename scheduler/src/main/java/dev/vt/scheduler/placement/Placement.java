package dev.vt.scheduler.placement;

import dev.vt.scheduler.view.Resources;

/** Where an instance goes, or why nowhere. */
public sealed interface Placement {

    /**
     * @param reserved the instance's resources with the driver's overhead
     * @param overheadBytes part of {@code reserved}
     */
    record Placed(String nodeId, String driver, Resources reserved, long overheadBytes, String address)
            implements Placement {}

    /**
     * @param reason of {@link dev.vt.scheduler.view.Reasons}
     * @param detail one sentence for people; may differ between passes for the same reason
     */
    record Blocked(String reason, String detail) implements Placement {}
}
