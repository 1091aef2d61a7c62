package dev.vt.control.placement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.env.Env;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.eventlog.NewEvent;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.InstanceStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** HTTP: what runs, what should, and why they differ. */
final class PlacementHandlers {
    private static final String ENV = "/v1/orgs/{org_id}/envs/{env_id}";
    private static final String INSTANCE = "/v1/orgs/{org_id}/instances/{instance_id}";
    private static final int RESTART_GRACE_SECONDS = 10;

    private final Mutations mutations;
    private final StateReader state;
    private final Envs envs;
    private final Instances instances;
    private final GroupStatuses statuses;

    PlacementHandlers(Mutations mutations, StateReader state, Envs envs, Instances instances, GroupStatuses statuses) {
        this.mutations = mutations;
        this.state = state;
        this.envs = envs;
        this.instances = instances;
        this.statuses = statuses;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("envs:read");
        return List.of(
                Endpoint.list(
                        "instances.list",
                        ENV + "/instances",
                        read,
                        Set.of("process_type", "status", "release_id", "node_id"),
                        this::list),
                Endpoint.get("instances.get", INSTANCE, read, this::get),
                Endpoint.post("instances.restart", INSTANCE + "/restart", Access.org("deploys:write"), this::restart),
                Endpoint.list("processes.list", ENV + "/processes", read, Set.of(), this::processes),
                Endpoint.get("envs.status", ENV + "/status", read, this::status));
    }

    private Reply list(Call call) {
        Env env = envs.require(call.org(), call.pathParameter("env_id"));
        return state.read(handle -> ListQuery.of(Instance.FROM)
                .in(call.org())
                .equal("env_id", env.id())
                .filter(call, "process_type")
                .filter(call, "status")
                .filter(call, "release_id")
                .filter(call, "node_id")
                .page(call, handle, (row, context) -> Instance.of(row).json()));
    }

    private Reply get(Call call) {
        return Reply.resource(
                instances.require(call.org(), call.pathParameter("instance_id")).json());
    }

    /** At most sixteen process types and those on their way out: always one page. */
    private Reply processes(Call call) {
        Env env = envs.require(call.org(), call.pathParameter("env_id"));
        call.page();
        return Reply.page(
                statuses.ofEnv(env.id()).stream().map(GroupStatus::json).toList(), null);
    }

    private Reply status(Call call) {
        Env env = envs.require(call.org(), call.pathParameter("env_id"));
        List<GroupStatus> groups = statuses.ofEnv(env.id());
        ObjectNode out = env.row().json();
        out.put("name", env.name());
        Optional<GroupStatus> first =
                groups.stream().filter(group -> !group.converged()).findFirst();
        out.putObject("desired").put("processes", groups.size());
        out.putObject("actual")
                .put("converged", groups.stream().filter(GroupStatus::converged).count());
        ArrayNode conditions = out.putArray("conditions");
        conditions
                .addObject()
                .put("type", "converged")
                .put("status", first.isEmpty())
                .put(
                        "reason_code",
                        first.flatMap(GroupStatus::gap).map(gap -> gap.reason()).orElse(null))
                .put(
                        "detail",
                        first.flatMap(GroupStatus::gap).map(gap -> gap.detail()).orElse(null));
        ArrayNode processes = out.putArray("processes");
        groups.forEach(group -> processes.add(group.json()));
        return Reply.resource(out);
    }

    /** Drains this one instance; the scheduler starts another in its place. */
    private Reply restart(Call call) {
        return mutations.run(
                call,
                draft -> {
                    Instance instance = instances.require(call.org(), call.pathParameter("instance_id"));
                    draft.target(Instances.key(instance.id()), instance.row().resourceVersion())
                            .id("env", String.valueOf(instance.row().envId()))
                            .id("instance", instance.id())
                            .resource(instance.id());
                    if (instance.desired() != DesiredState.RUNNING || instance.status() == InstanceStatus.STOPPED) {
                        draft.refuse(Problem.of(
                                ErrorCode.INSTANCE_NOT_RUNNING,
                                "the instance is already told to stop, or has stopped"));
                        return;
                    }
                    InstanceEvent event = new InstanceEvent.DesiredStateChanged(
                            DesiredState.DRAINING, RESTART_GRACE_SECONDS, "operator_restart");
                    draft.append(new NewEvent(
                            Instances.key(instance.id()),
                            InstanceEventCodec.type(event),
                            instance.owner(),
                            InstanceEventCodec.payload(event)));
                    draft.change(Change.update("instance", instance.id(), instance.processType(), "restarting"));
                    draft.started("instance", instance.id());
                },
                id -> instances.find(id).map(Instance::json));
    }
}
