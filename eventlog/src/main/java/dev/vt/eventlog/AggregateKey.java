package dev.vt.eventlog;

/** One aggregate: its type of state.md §2, for example {@code env}, and its id. */
public record AggregateKey(String type, String id) {}
