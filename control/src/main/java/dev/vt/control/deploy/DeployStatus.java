package dev.vt.control.deploy;

import java.util.Locale;

/** Where a deploy stands (scheduler.md §7); the names in lower case are the contract. */
public enum DeployStatus {
    QUEUED,
    ROLLING,
    SUCCEEDED,
    FAILED,
    SUPERSEDED;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException on another text */
    public static DeployStatus of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Nothing comes after it. */
    public boolean isFinal() {
        return this == SUCCEEDED || this == FAILED || this == SUPERSEDED;
    }

    public boolean mayBecome(DeployStatus next) {
        return !isFinal() && next != QUEUED && next != this;
    }
}
