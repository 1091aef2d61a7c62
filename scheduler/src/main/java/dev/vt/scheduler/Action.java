package dev.vt.scheduler;

import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.Resources;
import org.jspecify.annotations.Nullable;

/** What a pass wants appended. There are only two verbs for instances (K2); the others tell people why nothing happens. */
public sealed interface Action {
    GroupKey group();

    /**
     * {@code instance.allocated}.
     *
     * @param reserved resources with overhead
     * @param overheadBytes part of {@code reserved}
     */
    record Allocate(
            GroupKey group,
            String instanceId,
            String nodeId,
            String driver,
            String specHash,
            String releaseId,
            @Nullable String secretsVersionId,
            @Nullable String deployId,
            String overlayIpv6,
            Resources reserved,
            long overheadBytes)
            implements Action {}

    /**
     * {@code instance.desired_state_changed}.
     *
     * @param desired draining or stopped
     * @param graceSeconds between stop signal and kill
     */
    record SetDesiredState(
            GroupKey group, String instanceId, String nodeId, DesiredState desired, int graceSeconds, String reason)
            implements Action {}

    /** {@code env.scheduling_blocked}. */
    record Block(GroupKey group, String reason, String detail, int wanted, int placed) implements Action {}

    /** {@code env.scheduling_unblocked}. */
    record Unblock(GroupKey group) implements Action {}
}
