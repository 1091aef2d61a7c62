package dev.vt.control.app;

import dev.vt.control.http.Refusals;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pure: state and command in, events or a refusal out. */
final class AppDecider {
    private AppDecider() {}

    static Decision<AppEvent> decide(AppState state, AppCommand command) {
        return switch (command) {
            case AppCommand.Create(String name, String description) ->
                switch (state) {
                    case AppState.Absent() -> Decision.accept(new AppEvent.Created(name, description));
                    case AppState.Live live -> Decision.refuse(ErrorCode.INVALID_STATE, "the app exists");
                    case AppState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case AppCommand.Update(var name, var description) ->
                switch (state) {
                    case AppState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such app");
                    case AppState.Live live -> update(live, name, description);
                    case AppState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case AppCommand.Delete() ->
                switch (state) {
                    case AppState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such app");
                    case AppState.Live live -> Decision.accept(new AppEvent.Deleted());
                    case AppState.Gone() -> Decision.unchanged();
                };
        };
    }

    private static Decision<AppEvent> update(AppState.Live live, @Nullable String name, @Nullable String description) {
        String newName = Objects.equals(name, live.name()) ? null : name;
        String newDescription = Objects.equals(description, live.description()) ? null : description;
        return newName == null && newDescription == null
                ? Decision.unchanged()
                : Decision.accept(new AppEvent.Updated(newName, newDescription));
    }

    static AppState evolve(AppState state, AppEvent event) {
        return switch (event) {
            case AppEvent.Created(String name, String description) -> new AppState.Live(name, description);
            case AppEvent.Updated(var name, var description) ->
                state instanceof AppState.Live live
                        ? new AppState.Live(
                                Objects.requireNonNullElse(name, live.name()),
                                Objects.requireNonNullElse(description, live.description()))
                        : state;
            case AppEvent.Deleted() -> new AppState.Gone();
        };
    }
}
