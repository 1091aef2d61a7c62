package dev.vt.control.cluster;

/** This server cannot start with what it has: it left its cluster or was removed (V6). */
public final class DepartedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DepartedException(String serverId, String reason) {
        super("server " + serverId + " is no member of its cluster any more (" + reason
                + "); it must join again with an empty data directory");
    }
}
