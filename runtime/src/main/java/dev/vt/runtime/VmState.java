package dev.vt.runtime;

import java.util.Map;

/**
 * A VM as its driver sees it.
 *
 * @param bootId of the spec it was created with
 * @param labels of the spec
 */
public record VmState(String id, Phase phase, String bootId, Map<String, String> labels) {
    public VmState {
        labels = Map.copyOf(labels);
    }

    public enum Phase {
        ABSENT,
        CREATED,
        RUNNING,
        PAUSED,
        STOPPED
    }
}
