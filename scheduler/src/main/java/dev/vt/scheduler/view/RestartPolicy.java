package dev.vt.scheduler.view;

/** When the node starts a workload again after it ended (manifest.md §1). */
public enum RestartPolicy {
    ALWAYS,
    ON_FAILURE,
    NEVER;

    /** @throws IllegalArgumentException for a word that is no policy */
    public static RestartPolicy of(String word) {
        return switch (word) {
            case "always" -> ALWAYS;
            case "on-failure" -> ON_FAILURE;
            case "never" -> NEVER;
            default -> throw new IllegalArgumentException("no restart policy: " + word);
        };
    }
}
