package dev.vt.control.exec;

import java.time.Instant;

/** What an exec session is, by its events. */
sealed interface ExecState {
    record Absent() implements ExecState {}

    record Granted(Instant expiresAt) implements ExecState {}

    record Connected() implements ExecState {}

    record Ended() implements ExecState {}
}
