package dev.vt.control.auth;

import dev.vt.control.http.Access;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reach;
import dev.vt.control.http.Refusals;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The one decision about who may call what (api.md §7): role ∩ token scopes ∩ token {@code resource}; whatever no rule allows is
 * refused. Pure. What a protected environment asks for beyond this is {@code env.Protection}, which needs the environment.
 */
public final class Rights {
    /**
     * What a caller bound to a part of an org may read above that part: the way down to it. Their lists show no more
     * ({@code ListQuery.in}).
     */
    private static final Set<String> WAY_DOWN = Set.of(
            "orgs.get",
            "projects.list",
            "projects.get",
            "apps.list",
            "apps.get",
            "envs.list",
            "releases.list",
            "releases.get",
            "releases.diff");

    private Rights() {}

    /**
     * @param path parameters of the request
     * @param owners to whom the thing with an id belongs, if there ever was one
     * @return why not; empty if the call is allowed
     */
    public static Optional<Problem> refusal(
            Endpoint endpoint, Caller caller, Map<String, String> path, Function<String, Optional<Owner>> owners) {
        return switch (endpoint.access()) {
            case Access.Anonymous() -> Optional.empty();
            case Access.AnyToken(String scope) ->
                scope.isEmpty() || caller.scopes().contains(scope) ? Optional.empty() : insufficient(scope);
            case Access.Session() ->
                caller.session() != null
                        ? Optional.empty()
                        : Optional.of(Problem.of(ErrorCode.FORBIDDEN, "this needs a console session, not a token"));
            case Access.Operator(String scope) -> {
                if (!caller.operator()) {
                    yield Optional.of(Problem.of(ErrorCode.FORBIDDEN, "only operators may do this"));
                }
                yield caller.mayOperate(scope) ? Optional.empty() : insufficient(scope);
            }
            case Access.InOrg(String scope) -> inOrg(endpoint, scope, caller, path, owners);
        };
    }

    private static Optional<Problem> inOrg(
            Endpoint endpoint,
            String scope,
            Caller caller,
            Map<String, String> path,
            Function<String, Optional<Owner>> owners) {
        String orgId = path.getOrDefault("org_id", "");
        if (!caller.belongsTo(orgId)) {
            return notFound();
        }
        boolean inside = true;
        for (Map.Entry<String, String> parameter : path.entrySet()) {
            if (parameter.getKey().equals("org_id") || !parameter.getKey().endsWith("_id")) {
                continue;
            }
            Optional<Owner> owner = owners.apply(parameter.getValue());
            // Every id below an org names an aggregate of it; unknown and foreign are one answer, before all others
            // (A3).
            if (owner.isEmpty() || !orgId.equals(owner.get().orgId())) {
                return notFound();
            }
            switch (place(caller, owner.get())) {
                case OUTSIDE -> {
                    return notFound();
                }
                case ABOVE -> inside = false;
                case INSIDE -> {}
            }
        }
        if (path.size() == 1 && narrow(caller)) {
            inside = false;
        }
        if (!inside && !WAY_DOWN.contains(endpoint.operation())) {
            return Optional.of(Problem.of(
                    ErrorCode.INSUFFICIENT_SCOPE,
                    "the token is bound to " + caller.tokenResource() + " and this is not in it"));
        }
        if (!caller.mayInOrg(orgId, scope)) {
            return insufficient(scope);
        }
        if (Sensitive.of(endpoint).ownerOnly() && !caller.owns(orgId)) {
            return Optional.of(Problem.of(ErrorCode.FORBIDDEN, "only an owner of the org may do this"));
        }
        return Optional.empty();
    }

    private static Reach.Place place(Caller caller, Owner owner) {
        Reach reach = caller.reach();
        return reach == null ? Reach.Place.INSIDE : reach.place(owner);
    }

    private static boolean narrow(Caller caller) {
        Reach reach = caller.reach();
        return reach != null && reach.narrow();
    }

    private static Optional<Problem> notFound() {
        return Optional.of(Refusals.notFound().problem());
    }

    private static Optional<Problem> insufficient(String scope) {
        return Optional.of(Problem.of(ErrorCode.INSUFFICIENT_SCOPE, "the scope " + scope + " is needed")
                .withDetails(Map.of("scope", scope)));
    }
}
