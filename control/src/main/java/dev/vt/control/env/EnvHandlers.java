package dev.vt.control.env;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.vt.control.app.App;
import dev.vt.control.app.Apps;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.ResourceReader;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Patch;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.quota.Dimension;
import dev.vt.control.quota.Quotas;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class EnvHandlers {
    /** Body of a creation. */
    record Create(
            @Nullable String name,
            @JsonProperty("protected") @Nullable Boolean guarded) {}

    private static final String PATH = "/v1/orgs/{org_id}/apps/{app_id}/envs";
    private static final String ITEM = "/v1/orgs/{org_id}/envs/{env_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Envs envs;
    private final Apps apps;

    EnvHandlers(Mutations mutations, StateReader state, Envs envs, Apps apps) {
        this.mutations = mutations;
        this.state = state;
        this.envs = envs;
        this.apps = apps;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("envs:read");
        Access write = Access.org("envs:write");
        return List.of(
                Endpoint.list("envs.list", PATH, read, Set.of("name", "include_deleted"), this::list),
                Endpoint.post("envs.create", PATH, write, this::create),
                Endpoint.get("envs.get", ITEM, read, this::get),
                Endpoint.patch("envs.update", ITEM, write, this::update),
                Endpoint.delete("envs.delete", ITEM, write, this::delete));
    }

    private Reply list(Call call) {
        App app = apps.require(call.org(), call.pathParameter("app_id"));
        return state.read(handle -> ListQuery.of("envs")
                .in(call.org())
                .equal("app_id", app.id())
                .filter(call, "name")
                .live(call)
                .page(call, handle, (row, context) -> Env.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(
                envs.require(call.org(), call.pathParameter("env_id")).json());
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        new Checks().shortName("/name", body.name()).done();
        String name = Objects.requireNonNull(body.name());
        boolean guarded = Objects.requireNonNullElse(body.guarded(), false);
        return mutations.run(
                call,
                draft -> {
                    App app = apps.require(call.org(), call.pathParameter("app_id"));
                    String id = draft.newId("env");
                    Owner owner = new Owner(call.org().orgId(), app.row().projectId(), app.id(), id);
                    draft.target(Env.key(id), 0)
                            .require(new Precondition.Alive(app.key()), ErrorCode.NOT_FOUND, "the app is gone");
                    draft.require(Quotas.one(call.org().orgId(), Dimension.MAX_ENVS));
                    claim(draft, app.id(), name, Env.key(id));
                    draft.decided(
                            EnvDecider.decide(new EnvState.Absent(), new EnvCommand.Create(name, guarded)),
                            event -> encode(Env.key(id), owner, event));
                    draft.created().id("app", app.id()).id("env", id).resource(id);
                    draft.change(Change.create("env", id, name));
                },
                reader(call));
    }

    private Reply update(Call call) {
        Patch patch = call.patch("name", "protected");
        return mutations.run(
                call,
                draft -> {
                    Env env = find(call);
                    String name = patch.requiredText("name", env.name());
                    boolean guarded = patch.flag("protected", env.guarded());
                    if (!guarded) {
                        Protection.requireAdmin(call, env, "taking the protection away");
                    }
                    new Checks().shortName("/name", name).done();
                    draft.target(env.key(), env.row().resourceVersion())
                            .id("env", env.id())
                            .resource(env.id());
                    boolean changed = draft.decided(
                            EnvDecider.decide(env.state(), new EnvCommand.Update(name, guarded)),
                            event -> encode(env.key(), env.owner(), event));
                    if (changed) {
                        draft.change(Change.update("env", env.id(), name, "updated"));
                    }
                    if (!name.equals(env.name())) {
                        String appId = Objects.requireNonNull(env.row().appId());
                        draft.require(new Precondition.Release(nameScope(appId), env.name(), env.key()));
                        claim(draft, appId, name, env.key());
                    }
                },
                reader(call));
    }

    private Reply delete(Call call) {
        return mutations.run(
                call,
                draft -> {
                    Env env = find(call);
                    Protection.requireAdmin(call, env, "deleting");
                    draft.target(env.key(), env.row().resourceVersion()).id("env", env.id());
                    boolean changed = draft.decided(
                            EnvDecider.decide(env.state(), new EnvCommand.Delete()),
                            event -> encode(env.key(), env.owner(), event));
                    if (changed) {
                        draft.require(
                                        new Precondition.NoChildren(env.key(), "route"),
                                        ErrorCode.HAS_CHILDREN,
                                        "the environment still has routes")
                                .require(new Precondition.ReleaseAll(env.key()))
                                .change(Change.delete("env", env.id(), env.name()));
                    }
                },
                reader(call));
    }

    private Env find(Call call) {
        return envs.find(call.org(), call.pathParameter("env_id")).orElseThrow(Refusals::notFound);
    }

    private ResourceReader reader(Call call) {
        return id -> envs.find(call.org(), id).map(Env::json);
    }

    private static void claim(Draft draft, String appId, String name, AggregateKey env) {
        draft.require(
                new Precondition.Claim(nameScope(appId), name, env),
                ErrorCode.NAME_TAKEN,
                "the app has another environment named " + name);
    }

    private static String nameScope(String appId) {
        return "env_name:" + appId;
    }

    private static NewEvent encode(AggregateKey env, Owner owner, EnvEvent event) {
        return new NewEvent(env, EnvEventCodec.type(event), owner, EnvEventCodec.payload(event));
    }
}
