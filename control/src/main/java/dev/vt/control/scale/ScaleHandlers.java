package dev.vt.control.scale;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.desired.DesiredProcess;
import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.env.Env;
import dev.vt.control.env.Envs;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.Mutations;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Reply;
import dev.vt.control.quota.Dimension;
import dev.vt.control.quota.Quotas;
import dev.vt.eventlog.NewEvent;
import dev.vt.kernel.Json;
import dev.vt.manifest.ProcessSpec;
import dev.vt.manifest.ProcessSpec.Scaling;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP: parse, dispatch, view. */
final class ScaleHandlers {
    /** One process type of a body. */
    record ProcessScale(
            @Nullable String processType, @Nullable Integer desired) {}

    record ScaleBody(@Nullable List<ProcessScale> scales) {}

    /** Null or empty: all process types. */
    record RestartBody(@Nullable List<String> processTypes) {}

    private static final String SCALE = "/v1/orgs/{org_id}/envs/{env_id}/scale";
    private static final String RESTARTS = "/v1/orgs/{org_id}/envs/{env_id}/restarts";

    private final Mutations mutations;
    private final Envs envs;
    private final DesiredReleases desired;
    private final Scales scales;

    ScaleHandlers(Mutations mutations, Envs envs, DesiredReleases desired, Scales scales) {
        this.mutations = mutations;
        this.envs = envs;
        this.desired = desired;
        this.scales = scales;
    }

    List<Endpoint> endpoints() {
        Access write = Access.org("deploys:write");
        return List.of(
                Endpoint.get("scale.get", SCALE, Access.org("envs:read"), this::get),
                Endpoint.patch("scale.set", SCALE, write, this::set),
                Endpoint.post("restarts.create", RESTARTS, write, this::restart));
    }

    private Reply get(Call call) {
        return Reply.resource(json(call.org(), env(call).id()));
    }

    private Reply set(Call call) {
        ScaleBody body = call.body(ScaleBody.class);
        SortedMap<String, Integer> wanted = checked(body);
        return mutations.run(
                call,
                draft -> {
                    Env env = env(call);
                    if (attempt(draft, env, new ScaleCommand.Scale(wanted))) {
                        SortedMap<String, Integer> stored = scales.of(env.id());
                        SortedMap<String, Scaling> limits = limits(env);
                        wanted.forEach((process, replicas) -> {
                            Scaling limit = limits.get(process);
                            int before = stored.getOrDefault(process, limit == null ? 0 : limit.min());
                            if (before != replicas) {
                                draft.change(Change.update("scale", env.id(), process, before + " -> " + replicas));
                            }
                        });
                        requireQuota(draft, env, wanted, stored);
                    }
                },
                id -> Optional.of(json(call.org(), id)));
    }

    /** K18: the increase must fit; the scheduler asks again for each instance. */
    private void requireQuota(
            Draft draft, Env env, SortedMap<String, Integer> wanted, SortedMap<String, Integer> stored) {
        long instances = 0;
        long memory = 0;
        long cpu = 0;
        for (Map.Entry<String, DesiredProcess> process : desired.processes(env).entrySet()) {
            ProcessSpec spec = process.getValue().spec();
            int before = stored.getOrDefault(process.getKey(), spec.scaling().min());
            long more = Math.max(0, wanted.getOrDefault(process.getKey(), before) - before);
            instances += more;
            memory += more * spec.resources().memoryBytes();
            cpu += more * spec.resources().cpuMillis();
        }
        if (instances > 0) {
            draft.require(Quotas.more(
                    Objects.requireNonNull(env.row().orgId()),
                    Map.of(
                            Dimension.MAX_INSTANCES, instances,
                            Dimension.MAX_TOTAL_MEMORY_BYTES, memory,
                            Dimension.MAX_TOTAL_CPU_MILLIS, cpu)));
        }
    }

    private static SortedMap<String, Integer> checked(ScaleBody body) {
        Checks checks = new Checks().required("/scales", body.scales());
        List<ProcessScale> given = Objects.requireNonNullElse(body.scales(), List.of());
        checks.that(body.scales() == null || !given.isEmpty(), "/scales", "must name at least one process type");
        SortedMap<String, Integer> wanted = new TreeMap<>();
        for (int i = 0; i < given.size(); i++) {
            ProcessScale scale = given.get(i);
            String path = "/scales/" + i;
            checks.shortName(path + "/process_type", scale.processType())
                    .between(
                            path + "/desired",
                            scale.desired() == null ? null : scale.desired().longValue(),
                            0,
                            1000);
            if (scale.processType() != null && scale.desired() != null) {
                checks.that(
                        wanted.put(scale.processType(), scale.desired()) == null,
                        path + "/process_type",
                        "is given twice");
            }
        }
        checks.done();
        return wanted;
    }

    private Reply restart(Call call) {
        List<String> processes = call.bodyBytes().length == 0
                ? List.of()
                : Objects.requireNonNullElse(call.body(RestartBody.class).processTypes(), List.of());
        return mutations.run(
                call,
                draft -> {
                    Env env = env(call);
                    if (attempt(draft, env, new ScaleCommand.Restart(processes))) {
                        List<String> named = processes.isEmpty() ? desired.processTypes(env.id()) : processes;
                        named.stream()
                                .distinct()
                                .sorted()
                                .forEach(process ->
                                        draft.change(Change.update("process", env.id(), process, "restarts")));
                        draft.started("env", env.id());
                    }
                },
                id -> Optional.of(json(call.org(), id)));
    }

    private boolean attempt(Draft draft, Env env, ScaleCommand command) {
        draft.target(env.key(), env.row().resourceVersion()).id("env", env.id()).resource(env.id());
        return draft.decided(
                ScaleDecider.decide(
                        command, new ScaleDecider.Facts(limits(env), scales.of(env.id()), draft.newId("restart"))),
                event -> new NewEvent(
                        env.key(), ScaleEventCodec.type(event), env.owner(), ScaleEventCodec.payload(event)));
    }

    private SortedMap<String, Scaling> limits(Env env) {
        SortedMap<String, Scaling> limits = new TreeMap<>();
        desired.processes(env)
                .forEach((name, process) -> limits.put(name, process.spec().scaling()));
        return limits;
    }

    private Env env(Call call) {
        return envs.require(call.org(), call.pathParameter("env_id"));
    }

    /** What is stored, allowed and wanted of each process type that shall run. */
    private ObjectNode json(OrgScope org, String envId) {
        Env env = envs.require(org, envId);
        SortedMap<String, Integer> stored = scales.of(env.id());
        ObjectNode out = Json.object()
                .put("env_id", env.id())
                .put("org_id", org.orgId())
                .put("resource_version", env.row().resourceVersion());
        ArrayNode processes = out.putArray("processes");
        limits(env)
                .forEach((process, limits) -> processes
                        .addObject()
                        .put("process_type", process)
                        .put("desired", stored.get(process))
                        .put("wanted", stored.getOrDefault(process, limits.min()))
                        .put("min", limits.min())
                        .put("max", limits.max()));
        return out;
    }
}
