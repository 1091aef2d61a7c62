package dev.vt.control.user;

import dev.vt.control.feature.Feature;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import java.util.List;
import java.util.Set;

/** Registers the noun; operators may read it. */
public final class UserFeature implements Feature {
    private final StateReader state;
    private final Users users;

    public UserFeature(StateReader state, Users users) {
        this.state = state;
        this.users = users;
    }

    @Override
    public String name() {
        return "user";
    }

    @Override
    public List<Endpoint> endpoints() {
        Access operator = Access.operator("cluster:read");
        return List.of(
                Endpoint.list("users.list", "/v1/users", operator, Set.of("email"), this::list),
                Endpoint.get("users.get", "/v1/users/{user_id}", operator, this::get));
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(UserFeature.class, "user.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new UserProjection());
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("users")
                .filter(call, "email")
                .page(call, handle, (row, context) -> User.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(users.find(call.pathParameter("user_id"))
                .orElseThrow(Refusals::notFound)
                .json());
    }
}
