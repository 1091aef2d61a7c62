package dev.vt.simulation.fault;

/** Who is hit, told apart when it happens: a plan does not know who will lead. */
public enum Target {
    LEADER,
    FIRST_FOLLOWER,
    LAST_FOLLOWER
}
