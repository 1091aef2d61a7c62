package dev.vt.control.app;

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
import dev.vt.control.project.Project;
import dev.vt.control.project.Projects;
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
final class AppHandlers {
    /** Body of a creation. */
    record Create(
            @Nullable String projectId,
            @Nullable String name,
            @Nullable String description) {}

    private static final String PATH = "/v1/orgs/{org_id}/apps";
    private static final String ITEM = PATH + "/{app_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Apps apps;
    private final Projects projects;

    AppHandlers(Mutations mutations, StateReader state, Apps apps, Projects projects) {
        this.mutations = mutations;
        this.state = state;
        this.apps = apps;
        this.projects = projects;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("apps:read");
        Access write = Access.org("apps:write");
        return List.of(
                Endpoint.list("apps.list", PATH, read, Set.of("name", "project_id", "include_deleted"), this::list),
                Endpoint.post("apps.create", PATH, write, this::create),
                Endpoint.get("apps.get", ITEM, read, this::get),
                Endpoint.patch("apps.update", ITEM, write, this::update),
                Endpoint.delete("apps.delete", ITEM, write, this::delete));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("apps")
                .in(call.org())
                .filter(call, "name")
                .filter(call, "project_id")
                .live(call)
                .page(call, handle, (row, context) -> App.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(
                apps.require(call.org(), call.pathParameter("app_id")).json());
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        String description = Objects.requireNonNullElse(body.description(), "");
        new Checks()
                .id("/project_id", body.projectId(), "prj")
                .name("/name", body.name())
                .text("/description", description, 1000)
                .done();
        String name = Objects.requireNonNull(body.name());
        String projectId = Objects.requireNonNull(body.projectId());
        return mutations.run(
                call,
                draft -> {
                    Project project = projects.require(call.org(), projectId);
                    String id = draft.newId("app");
                    Owner owner = new Owner(call.org().orgId(), project.id(), id, null);
                    draft.target(App.key(id), 0)
                            .require(new Precondition.Alive(project.key()), ErrorCode.NOT_FOUND, "the project is gone");
                    draft.require(Quotas.one(call.org().orgId(), Dimension.MAX_APPS));
                    claim(draft, project.id(), name, App.key(id));
                    draft.decided(
                            AppDecider.decide(new AppState.Absent(), new AppCommand.Create(name, description)),
                            event -> encode(App.key(id), owner, event));
                    draft.created().id("project", project.id()).id("app", id).resource(id);
                    draft.change(Change.create("app", id, name));
                },
                reader(call));
    }

    private Reply update(Call call) {
        Patch patch = call.patch("name", "description");
        return mutations.run(
                call,
                draft -> {
                    App app = find(call);
                    String name = patch.requiredText("name", app.name());
                    String description = Objects.requireNonNullElse(patch.text("description", app.description()), "");
                    new Checks()
                            .name("/name", name)
                            .text("/description", description, 1000)
                            .done();
                    draft.target(app.key(), app.row().resourceVersion())
                            .id("app", app.id())
                            .resource(app.id());
                    boolean changed = draft.decided(
                            AppDecider.decide(app.state(), new AppCommand.Update(name, description)),
                            event -> encode(app.key(), app.owner(), event));
                    if (changed) {
                        draft.change(Change.update("app", app.id(), name, "updated"));
                    }
                    if (!name.equals(app.name())) {
                        String projectId = Objects.requireNonNull(app.row().projectId());
                        draft.require(new Precondition.Release(nameScope(projectId), app.name(), app.key()));
                        claim(draft, projectId, name, app.key());
                    }
                },
                reader(call));
    }

    private Reply delete(Call call) {
        return mutations.run(
                call,
                draft -> {
                    App app = find(call);
                    draft.target(app.key(), app.row().resourceVersion()).id("app", app.id());
                    boolean changed = draft.decided(
                            AppDecider.decide(app.state(), new AppCommand.Delete()),
                            event -> encode(app.key(), app.owner(), event));
                    if (changed) {
                        draft.require(
                                        new Precondition.NoChildren(app.key(), "env"),
                                        ErrorCode.HAS_CHILDREN,
                                        "the app still has environments")
                                .require(new Precondition.ReleaseAll(app.key()))
                                .change(Change.delete("app", app.id(), app.name()));
                    }
                },
                reader(call));
    }

    private App find(Call call) {
        return apps.find(call.org(), call.pathParameter("app_id")).orElseThrow(Refusals::notFound);
    }

    private ResourceReader reader(Call call) {
        return id -> apps.find(call.org(), id).map(App::json);
    }

    private static void claim(Draft draft, String projectId, String name, AggregateKey app) {
        draft.require(
                new Precondition.Claim(nameScope(projectId), name, app),
                ErrorCode.NAME_TAKEN,
                "the project has another app named " + name);
    }

    private static String nameScope(String projectId) {
        return "app_name:" + projectId;
    }

    private static NewEvent encode(AggregateKey app, Owner owner, AppEvent event) {
        return new NewEvent(app, AppEventCodec.type(event), owner, AppEventCodec.payload(event));
    }
}
