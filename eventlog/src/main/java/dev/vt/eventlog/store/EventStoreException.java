package dev.vt.eventlog.store;

/** The event store could not be opened, rebuilt or verified. */
public final class EventStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EventStoreException(String message) {
        super(message);
    }

    public EventStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
