package dev.vt.control.feature;

/** A side record as read (state.md §5). */
@SuppressWarnings("ArrayRecordComponent")
public record SideRecord(int version, byte[] content) {}
