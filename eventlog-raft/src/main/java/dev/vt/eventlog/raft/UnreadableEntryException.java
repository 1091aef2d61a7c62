package dev.vt.eventlog.raft;

import org.jspecify.annotations.Nullable;

/** An entry of the Raft log that this program does not understand: apply halts (S12). */
final class UnreadableEntryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableEntryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
