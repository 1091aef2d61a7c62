package dev.vt.eventlog.raft;

import org.jspecify.annotations.Nullable;

/** A change of the group was refused or not confirmed in time; look at the membership again. */
public final class MembershipException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MembershipException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
