package dev.vt.control.project;

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
final class ProjectHandlers {
    /** Body of a creation. */
    record Create(@Nullable String name, @Nullable String description) {}

    private static final String PATH = "/v1/orgs/{org_id}/projects";
    private static final String ITEM = PATH + "/{project_id}";

    private final Mutations mutations;
    private final StateReader state;
    private final Projects projects;

    ProjectHandlers(Mutations mutations, StateReader state, Projects projects) {
        this.mutations = mutations;
        this.state = state;
        this.projects = projects;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("projects:read");
        Access write = Access.org("projects:write");
        return List.of(
                Endpoint.list("projects.list", PATH, read, Set.of("name", "include_deleted"), this::list),
                Endpoint.post("projects.create", PATH, write, this::create),
                Endpoint.get("projects.get", ITEM, read, this::get),
                Endpoint.patch("projects.update", ITEM, write, this::update),
                Endpoint.delete("projects.delete", ITEM, write, this::delete));
    }

    private Reply list(Call call) {
        return state.read(handle -> ListQuery.of("projects")
                .in(call.org())
                .filter(call, "name")
                .live(call)
                .page(call, handle, (row, context) -> Project.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(
                projects.require(call.org(), call.pathParameter("project_id")).json());
    }

    private Reply create(Call call) {
        Create body = call.body(Create.class);
        String description = Objects.requireNonNullElse(body.description(), "");
        new Checks()
                .name("/name", body.name())
                .text("/description", description, 1000)
                .done();
        String name = Objects.requireNonNull(body.name());
        return mutations.run(
                call,
                draft -> {
                    String orgId = call.org().orgId();
                    String id = draft.newId("prj");
                    Owner owner = new Owner(orgId, id, null, null);
                    draft.target(Project.key(id), 0)
                            .require(
                                    new Precondition.Alive(new AggregateKey("org", orgId)),
                                    ErrorCode.NOT_FOUND,
                                    "the org is gone");
                    claim(draft, orgId, name, Project.key(id));
                    draft.decided(
                            ProjectDecider.decide(
                                    new ProjectState.Absent(), new ProjectCommand.Create(name, description)),
                            event -> encode(Project.key(id), owner, event));
                    draft.created().id("project", id).resource(id);
                    draft.change(Change.create("project", id, name));
                },
                reader(call));
    }

    private Reply update(Call call) {
        Patch patch = call.patch("name", "description");
        return mutations.run(
                call,
                draft -> {
                    Project project = find(call);
                    String name = patch.requiredText("name", project.name());
                    String description =
                            Objects.requireNonNullElse(patch.text("description", project.description()), "");
                    new Checks()
                            .name("/name", name)
                            .text("/description", description, 1000)
                            .done();
                    draft.target(project.key(), project.row().resourceVersion())
                            .id("project", project.id())
                            .resource(project.id());
                    boolean changed = draft.decided(
                            ProjectDecider.decide(project.state(), new ProjectCommand.Update(name, description)),
                            event -> encode(project.key(), project.owner(), event));
                    if (changed) {
                        draft.change(Change.update("project", project.id(), name, "updated"));
                    }
                    if (!name.equals(project.name())) {
                        String orgId = call.org().orgId();
                        draft.require(new Precondition.Release(nameScope(orgId), project.name(), project.key()));
                        claim(draft, orgId, name, project.key());
                    }
                },
                reader(call));
    }

    private Reply delete(Call call) {
        return mutations.run(
                call,
                draft -> {
                    Project project = find(call);
                    draft.target(project.key(), project.row().resourceVersion()).id("project", project.id());
                    boolean changed = draft.decided(
                            ProjectDecider.decide(project.state(), new ProjectCommand.Delete()),
                            event -> encode(project.key(), project.owner(), event));
                    if (changed) {
                        draft.require(
                                        new Precondition.NoChildren(project.key(), "app"),
                                        ErrorCode.HAS_CHILDREN,
                                        "the project still has apps")
                                .require(new Precondition.ReleaseAll(project.key()))
                                .change(Change.delete("project", project.id(), project.name()));
                    }
                },
                reader(call));
    }

    private Project find(Call call) {
        return projects.find(call.org(), call.pathParameter("project_id")).orElseThrow(Refusals::notFound);
    }

    private ResourceReader reader(Call call) {
        return id -> projects.find(call.org(), id).map(Project::json);
    }

    private static void claim(Draft draft, String orgId, String name, AggregateKey project) {
        draft.require(
                new Precondition.Claim(nameScope(orgId), name, project),
                ErrorCode.NAME_TAKEN,
                "the org has another project named " + name);
    }

    private static String nameScope(String orgId) {
        return "project_name:" + orgId;
    }

    private static NewEvent encode(AggregateKey project, Owner owner, ProjectEvent event) {
        return new NewEvent(project, ProjectEventCodec.type(event), owner, ProjectEventCodec.payload(event));
    }
}
