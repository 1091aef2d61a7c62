package dev.vt.control.env;

import dev.vt.control.http.Refusals;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pure: state and command in, events or a refusal out. */
final class EnvDecider {
    private EnvDecider() {}

    static Decision<EnvEvent> decide(EnvState state, EnvCommand command) {
        return switch (command) {
            case EnvCommand.Create(String name, boolean guarded) ->
                switch (state) {
                    case EnvState.Absent() -> Decision.accept(new EnvEvent.Created(name, guarded));
                    case EnvState.Live live -> Decision.refuse(ErrorCode.INVALID_STATE, "the environment exists");
                    case EnvState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case EnvCommand.Update(var name, var guarded) ->
                switch (state) {
                    case EnvState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such environment");
                    case EnvState.Live live -> update(live, name, guarded);
                    case EnvState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case EnvCommand.Delete() ->
                switch (state) {
                    case EnvState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such environment");
                    case EnvState.Live live -> Decision.accept(new EnvEvent.Deleted());
                    case EnvState.Gone() -> Decision.unchanged();
                };
        };
    }

    private static Decision<EnvEvent> update(EnvState.Live live, @Nullable String name, @Nullable Boolean guarded) {
        String newName = Objects.equals(name, live.name()) ? null : name;
        Boolean newGuarded = Objects.equals(guarded, live.guarded()) ? null : guarded;
        return newName == null && newGuarded == null
                ? Decision.unchanged()
                : Decision.accept(new EnvEvent.Updated(newName, newGuarded));
    }

    static EnvState evolve(EnvState state, EnvEvent event) {
        return switch (event) {
            case EnvEvent.Created(String name, boolean guarded) -> new EnvState.Live(name, guarded);
            case EnvEvent.Updated(var name, var guarded) ->
                state instanceof EnvState.Live live
                        ? new EnvState.Live(
                                Objects.requireNonNullElse(name, live.name()),
                                Objects.requireNonNullElse(guarded, live.guarded()))
                        : state;
            case EnvEvent.Deleted() -> new EnvState.Gone();
        };
    }
}
