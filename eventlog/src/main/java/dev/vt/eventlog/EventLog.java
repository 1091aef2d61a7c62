package dev.vt.eventlog;

/** The only way to change state. Thread-safe; blocks until the outcome is known or its own deadline passed (10 s). */
public interface EventLog {
    AppendResult append(Batch batch);
}
