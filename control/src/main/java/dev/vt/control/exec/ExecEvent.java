package dev.vt.control.exec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to an exec session (state.md §3). */
sealed interface ExecEvent {
    /** @param command redacted (§5) */
    record Granted(String instanceId, List<String> command, boolean tty, String expiresAt) implements ExecEvent {
        public Granted {
            command = List.copyOf(command);
        }
    }

    /**
     * @param sourceNet the client's network, /24 or /48
     * @param serverId that relays it; empty in events of the time when only the leader did
     */
    record Connected(String sourceNet, String serverId) implements ExecEvent {}

    /** @param endReason of api.md A16 */
    record Ended(@Nullable Integer exitCode, String endReason) implements ExecEvent {}
}
