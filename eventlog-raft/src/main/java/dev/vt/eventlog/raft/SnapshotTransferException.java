package dev.vt.eventlog.raft;

/** The transfer of a snapshot broke off; the leader makes this server ask again. */
final class SnapshotTransferException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SnapshotTransferException(String message, Throwable cause) {
        super(message, cause);
    }
}
