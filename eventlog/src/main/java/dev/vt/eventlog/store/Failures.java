package dev.vt.eventlog.store;

import java.sql.SQLException;

/** Tells a failure of the world from one of the code. */
final class Failures {
    private Failures() {}

    /** A lost connection, a deadlock, a full disk or a server that is stopping: the same batch may pass later. */
    static boolean isTransient(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return state.startsWith("08")
                        || state.startsWith("40")
                        || state.startsWith("53")
                        || state.startsWith("57")
                        || state.startsWith("58");
            }
        }
        return false;
    }
}
