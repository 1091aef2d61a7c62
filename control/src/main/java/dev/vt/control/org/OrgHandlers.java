package dev.vt.control.org;

import dev.vt.control.audit.Audit;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Caller;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Patch;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class OrgHandlers {
    /** Body of a creation. */
    record Create(@Nullable String name) {}

    private static final String PATH = "/v1/orgs";
    private static final String ITEM = PATH + "/{org_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Orgs orgs;
    private final Users users;

    OrgHandlers(Mutations mutations, StateReader state, Orgs orgs, Users users) {
        this.mutations = mutations;
        this.state = state;
        this.orgs = orgs;
        this.users = users;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("orgs:read");
        Access admin = Access.org("orgs:admin");
        return List.of(
                Endpoint.list("orgs.list", PATH, Access.anyTokenWith("orgs:read"), Set.of("name"), this::list),
                Endpoint.post("orgs.create", PATH, Access.operator("orgs:admin"), this::create),
                Endpoint.get("orgs.get", ITEM, read, this::get),
                Endpoint.patch("orgs.update", ITEM, admin, this::update),
                Endpoint.delete("orgs.delete", ITEM, admin, this::delete));
    }

    /** Only the caller's own: an operator is no member of the tenants' orgs. */
    private Reply list(Call call) {
        Caller caller = call.caller();
        Set<String> mine =
                caller.orgScopes().keySet().stream().filter(caller::belongsTo).collect(Collectors.toSet());
        return state.read(handle -> ListQuery.of("orgs")
                .in("id", mine)
                .live()
                .filter(call, "name")
                .page(call, handle, (row, context) -> Org.of(row).json()));
    }

    private Reply get(Call call) {
        Org org = find(call);
        if (org.row().deleted()) {
            throw Refusals.deleted();
        }
        return Reply.resource(org.json());
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        new Checks().name("/name", body.name()).done();
        String name = Objects.requireNonNull(body.name());
        return mutations.run(
                call,
                draft -> {
                    User creator = users.find(call.caller().actor().id()).orElseThrow(Refusals::notFound);
                    String id = orgs.create(draft, name, creator.row().id(), creator.email());
                    draft.created().resource(id);
                },
                orgs::json);
    }

    private Reply update(Call call) {
        Patch patch = call.patch("name", "billing_email", "developers_may_exec");
        return mutations.run(
                call,
                draft -> {
                    Org org = find(call);
                    String name = patch.requiredText("name", org.name());
                    boolean exec = patch.flag("developers_may_exec", org.developersMayExec());
                    String email = Objects.requireNonNullElse(patch.text("billing_email", org.billingEmail()), "");
                    new Checks()
                            .name("/name", name)
                            .text("/billing_email", email, 254)
                            .done();
                    draft.target(org.key(), org.row().resourceVersion())
                            .id("org", org.id())
                            .resource(org.id());
                    boolean changed = draft.decided(
                            OrgDecider.decide(org.state(), new OrgCommand.Update(name, email, exec)),
                            event -> Orgs.encode(org.key(), event));
                    if (changed) {
                        draft.change(Change.update("org", org.id(), name, "updated"));
                    }
                    if (!name.equals(org.name())) {
                        draft.require(new Precondition.Release("org_name", org.name(), org.key()));
                        Orgs.claimName(draft, name, org.key());
                    }
                },
                orgs::json);
    }

    private Reply delete(Call call) {
        return mutations.run(
                call,
                draft -> {
                    Org org = find(call);
                    draft.target(org.key(), org.row().resourceVersion()).id("org", org.id());
                    boolean changed = draft.decided(
                            OrgDecider.decide(org.state(), new OrgCommand.Delete()),
                            event -> Orgs.encode(org.key(), event));
                    if (changed) {
                        Audit.allowed(draft, call, "org.delete", org.id());
                        draft.require(
                                        new Precondition.NoChildren(org.key(), "project"),
                                        ErrorCode.HAS_CHILDREN,
                                        "the org still has projects")
                                .require(new Precondition.ReleaseAll(org.key()))
                                .change(Change.delete("org", org.id(), org.name()));
                    }
                },
                orgs::json);
    }

    private Org find(Call call) {
        return orgs.find(call.org().orgId()).orElseThrow(Refusals::notFound);
    }
}
