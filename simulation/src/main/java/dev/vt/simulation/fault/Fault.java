package dev.vt.simulation.fault;

import java.time.Duration;

/** Something that happens to one server for a while, and then is over (cluster.md §10). */
public sealed interface Fault {
    Target target();

    /**
     * SIGKILL; when it is over the server is started again.
     *
     * @param withDatabase its PostgreSQL too, as when a machine loses power; else that is asked to stop
     */
    record Kill9(Target target, boolean withDatabase) implements Fault {}

    /**
     * SIGSTOP, then SIGCONT.
     *
     * @param withDatabase as when a machine freezes; else as in a long collection of garbage
     */
    record Pause(Target target, boolean withDatabase) implements Fault {}

    /** No packet passes between it and the other servers; clients reach it. */
    record Partition(Target target) implements Fault {}

    /** Packets pass one way only between it and the other servers. */
    record OneWay(Target target, Direction direction) implements Fault {}

    /** Which way is cut. */
    enum Direction {
        /** It hears nobody. */
        DEAF,
        /** Nobody hears it. */
        MUTE
    }

    /** The file system of its data directory has no room. */
    record DiskFull(Target target) implements Fault {}

    /** Each sync of a file takes so much longer. */
    record SlowSync(Target target, Duration delay) implements Fault {}

    /** Its wall clock is so far ahead, or behind. */
    record ClockSkew(Target target, Duration offset) implements Fault {}
}
