package dev.vt.scheduler.deploy;

import java.util.Locale;

/** States of a deploy (scheduler.md §7). */
public enum DeployStatus {
    QUEUED,
    ROLLING,
    SUCCEEDED,
    FAILED,
    SUPERSEDED;

    public boolean terminal() {
        return switch (this) {
            case QUEUED, ROLLING -> false;
            case SUCCEEDED, FAILED, SUPERSEDED -> true;
        };
    }

    /** The word of the event payload. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException for a word that is no status */
    public static DeployStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
