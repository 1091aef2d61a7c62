package dev.vt.control.exec;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What may be asked of an exec session. */
sealed interface ExecCommand {
    record Grant(ExecEvent.Granted granted) implements ExecCommand {}

    /**
     * @param serverId that relays it
     * @param now decides whether the grant has expired
     */
    record Connect(String sourceNet, String serverId, Instant now) implements ExecCommand {}

    record End(@Nullable Integer exitCode, String endReason) implements ExecCommand {}
}
