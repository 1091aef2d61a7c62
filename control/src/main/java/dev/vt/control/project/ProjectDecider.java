package dev.vt.control.project;

import dev.vt.control.http.Refusals;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pure: state and command in, events or a refusal out. */
final class ProjectDecider {
    private ProjectDecider() {}

    static Decision<ProjectEvent> decide(ProjectState state, ProjectCommand command) {
        return switch (command) {
            case ProjectCommand.Create(String name, String description) ->
                switch (state) {
                    case ProjectState.Absent() -> Decision.accept(new ProjectEvent.Created(name, description));
                    case ProjectState.Live live -> Decision.refuse(ErrorCode.INVALID_STATE, "the project exists");
                    case ProjectState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case ProjectCommand.Update(var name, var description) ->
                switch (state) {
                    case ProjectState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such project");
                    case ProjectState.Live live -> update(live, name, description);
                    case ProjectState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case ProjectCommand.Delete() ->
                switch (state) {
                    case ProjectState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such project");
                    case ProjectState.Live live -> Decision.accept(new ProjectEvent.Deleted());
                    case ProjectState.Gone() -> Decision.unchanged();
                };
        };
    }

    private static Decision<ProjectEvent> update(
            ProjectState.Live live, @Nullable String name, @Nullable String description) {
        String newName = Objects.equals(name, live.name()) ? null : name;
        String newDescription = Objects.equals(description, live.description()) ? null : description;
        return newName == null && newDescription == null
                ? Decision.unchanged()
                : Decision.accept(new ProjectEvent.Updated(newName, newDescription));
    }

    static ProjectState evolve(ProjectState state, ProjectEvent event) {
        return switch (event) {
            case ProjectEvent.Created(String name, String description) -> new ProjectState.Live(name, description);
            case ProjectEvent.Updated(var name, var description) ->
                state instanceof ProjectState.Live live
                        ? new ProjectState.Live(
                                Objects.requireNonNullElse(name, live.name()),
                                Objects.requireNonNullElse(description, live.description()))
                        : state;
            case ProjectEvent.Deleted() -> new ProjectState.Gone();
        };
    }
}
