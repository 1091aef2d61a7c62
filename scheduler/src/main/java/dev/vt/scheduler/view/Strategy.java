package dev.vt.scheduler.view;

/** How nodes are preferred (scheduler.md §3). */
public enum Strategy {
    SPREAD,
    BINPACK,
    MOST_FREE
}
