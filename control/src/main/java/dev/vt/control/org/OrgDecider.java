package dev.vt.control.org;

import dev.vt.control.http.Refusals;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pure: state and command in, events or a refusal out. */
final class OrgDecider {
    private OrgDecider() {}

    static Decision<OrgEvent> decide(OrgState state, OrgCommand command) {
        return switch (command) {
            case OrgCommand.Create(String name) ->
                switch (state) {
                    case OrgState.Absent() -> Decision.accept(new OrgEvent.Created(name));
                    case OrgState.Live live -> Decision.refuse(ErrorCode.INVALID_STATE, "the org exists");
                    case OrgState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case OrgCommand.Update update ->
                switch (state) {
                    case OrgState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such org");
                    case OrgState.Live live -> update(live, update);
                    case OrgState.Gone() -> Decision.refuse(Refusals.deletedProblem());
                };
            case OrgCommand.Delete() ->
                switch (state) {
                    case OrgState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such org");
                    case OrgState.Live live -> Decision.accept(new OrgEvent.Deleted());
                    case OrgState.Gone() -> Decision.unchanged();
                };
        };
    }

    private static Decision<OrgEvent> update(OrgState.Live live, OrgCommand.Update wanted) {
        String name = changed(live.name(), wanted.name());
        String email = changed(live.billingEmail(), wanted.billingEmail());
        Boolean exec = changed(live.developersMayExec(), wanted.developersMayExec());
        return name == null && email == null && exec == null
                ? Decision.unchanged()
                : Decision.accept(new OrgEvent.Updated(name, email, exec));
    }

    private static <T> @Nullable T changed(T old, @Nullable T wanted) {
        return Objects.equals(old, wanted) ? null : wanted;
    }

    static OrgState evolve(OrgState state, OrgEvent event) {
        return switch (event) {
            case OrgEvent.Created(String name) -> new OrgState.Live(name, "", false);
            case OrgEvent.Updated(var name, var billingEmail, var developersMayExec) ->
                state instanceof OrgState.Live live
                        ? new OrgState.Live(
                                Objects.requireNonNullElse(name, live.name()),
                                Objects.requireNonNullElse(billingEmail, live.billingEmail()),
                                Objects.requireNonNullElse(developersMayExec, live.developersMayExec()))
                        : state;
            case OrgEvent.Deleted() -> new OrgState.Gone();
        };
    }
}
