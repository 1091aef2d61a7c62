package dev.vt.scheduler.view;

/** The newest {@code env.scheduling_blocked} of a group that was not unblocked since. */
public record BlockedView(String reason, int wanted, int placed) {}
