package dev.vt.control.exec;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.time.Instant;

/** Pure: state and command in, events or a refusal out. */
final class ExecDecider {
    private ExecDecider() {}

    static Decision<ExecEvent> decide(ExecState state, ExecCommand command) {
        return switch (command) {
            case ExecCommand.Grant(ExecEvent.Granted granted) ->
                state instanceof ExecState.Absent
                        ? Decision.accept(granted)
                        : Decision.refuse(ErrorCode.INVALID_STATE, "the session exists");
            case ExecCommand.Connect(String sourceNet, String serverId, Instant now) ->
                state instanceof ExecState.Granted(Instant expiresAt) && now.isBefore(expiresAt)
                        ? Decision.accept(new ExecEvent.Connected(sourceNet, serverId))
                        : Decision.refuse(ErrorCode.TOKEN_INVALID, "the grant was used or has expired");
            case ExecCommand.End(var exitCode, String reason) ->
                switch (state) {
                    case ExecState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such session");
                    case ExecState.Granted granted -> Decision.accept(new ExecEvent.Ended(exitCode, reason));
                    case ExecState.Connected() -> Decision.accept(new ExecEvent.Ended(exitCode, reason));
                    case ExecState.Ended() -> Decision.unchanged();
                };
        };
    }

    static ExecState evolve(ExecState state, ExecEvent event) {
        return switch (event) {
            case ExecEvent.Granted granted -> new ExecState.Granted(Instant.parse(granted.expiresAt()));
            case ExecEvent.Connected connected -> new ExecState.Connected();
            case ExecEvent.Ended ended -> new ExecState.Ended();
        };
    }
}
