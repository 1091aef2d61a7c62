package dev.vt.scheduler.view;

import org.jspecify.annotations.Nullable;

/**
 * A volume that a group of the snapshot needs.
 *
 * @param heldBy an instance outside of the snapshot that may still use it; null: none
 */
public record VolumeView(
        String id, String homeNodeId, @Nullable String heldBy) {}
