package dev.vt.eventlog.raft;

/** The Raft log of this server could not be opened. */
public final class RaftLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RaftLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
