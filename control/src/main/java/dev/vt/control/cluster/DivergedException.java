package dev.vt.control.cluster;

/** This server cannot start with what it has: its log differed from the others' (S13). */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DivergedException(String serverId) {
        super("server " + serverId
                + " differed from the others of its cluster (state_diverged); remove it and let it join"
                + " again with an empty data directory");
    }
}
