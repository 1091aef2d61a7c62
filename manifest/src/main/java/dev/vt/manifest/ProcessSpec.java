package dev.vt.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One process type of an environment, with what it inherits from {@code env} and {@code deploy} resolved.
 *
 * @param command null: the image's entrypoint and cmd
 * @param workdir null: the image's
 * @param user null: the image's
 * @param vars {@code env.vars} and the process's own, which win
 * @param prestart in order: that of {@code env}, then the process's own
 * @param health null: ready when the command has run 2 s (M1)
 * @param mounts not empty: at most one replica, replaced in place
 */
public record ProcessSpec(
        String name,
        @Nullable List<String> command,
        @Nullable String workdir,
        @Nullable String user,
        SortedMap<String, String> vars,
        List<Prestart> prestart,
        Resources resources,
        Scaling scaling,
        Restart restart,
        List<Port> ports,
        @Nullable Health health,
        List<Mount> mounts,
        boolean secretsRequired,
        Stop stop,
        Placement placement,
        Rollout deploy) {
    public ProcessSpec {
        command = command == null ? null : List.copyOf(command);
        vars = Collections.unmodifiableSortedMap(new TreeMap<>(vars));
        prestart = List.copyOf(prestart);
        ports = List.copyOf(ports);
        mounts = List.copyOf(mounts);
    }

    @JsonNaming(SnakeCaseStrategy.class)
    public record Prestart(List<String> argv, int timeoutSeconds) {
        public Prestart {
            argv = List.copyOf(argv);
        }
    }

    /** CPU is a soft share, memory a hard cap, disk scratch space. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Resources(long memoryBytes, int cpuMillis, long diskBytes) {}

    /** {@code min}: replicas until a scale is stored; {@code max}: the most a stored scale may be; 0 is always allowed. */
    public record Scaling(int min, int max) {
        /** The nearest allowed number of replicas (M5). */
        public int clamp(int replicas) {
            return replicas == 0 ? 0 : Math.clamp(replicas, min, max);
        }

        public boolean allows(int replicas) {
            return clamp(replicas) == replicas;
        }
    }

    /** @param maxRetries only with {@code on-failure} */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Restart(String policy, @Nullable Integer maxRetries, int backoffSeconds) {}

    /** @param internal the number; unique in the process, as is the name */
    public record Port(String name, int internal, String protocol) {}

    /** @param path only of an {@code http} check */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Health(
            int port,
            String type,
            @Nullable String path,
            int intervalSeconds,
            int timeoutSeconds,
            int gracePeriodSeconds,
            int successThreshold,
            int failureThreshold) {}

    @JsonNaming(SnakeCaseStrategy.class)
    public record Mount(String volume, String path, boolean readOnly) {}

    /** @param signal {@code TERM}, {@code INT}, {@code QUIT} or {@code HUP} */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Stop(String signal, int graceSeconds) {}

    /** Label terms are {@code key=value}, {@code key!=value}, {@code key} or {@code !key}. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Placement(
            List<String> require, List<Preference> prefer, List<String> apart, List<String> together, String spreadBy) {
        public Placement {
            require = List.copyOf(require);
            prefer = List.copyOf(prefer);
            apart = List.copyOf(apart);
            together = List.copyOf(together);
        }
    }

    public record Preference(String term, int weight) {}

    @JsonNaming(SnakeCaseStrategy.class)
    public record Rollout(
            int maxSurge,
            int maxUnavailable,
            int startupTimeoutSeconds,
            int progressTimeoutSeconds,
            int minReadySeconds,
            boolean autoRollback) {}

    /** {@code rolling}, or {@code replace} in place for a process with volumes. */
    public String strategy() {
        return mounts.isEmpty() ? "rolling" : "replace";
    }

    /** The part that decides whether a running instance still fits: what goes into {@code group_spec_hash} (scheduler.md §1). */
    public ObjectNode groupDocument() {
        ObjectNode out = Json.object();
        if (command != null) {
            out.set("command", Json.toTree(command));
        }
        if (workdir != null) {
            out.put("workdir", workdir);
        }
        if (user != null) {
            out.put("user", user);
        }
        out.set("vars", Json.toTree(vars));
        out.set("prestart", Json.toTree(prestart));
        out.set("resources", Json.toTree(resources));
        out.set("ports", Json.toTree(ports));
        if (health != null) {
            out.set("health", Json.toTree(health));
        }
        out.set("stop", Json.toTree(stop));
        out.set("restart", Json.toTree(restart));
        return out;
    }

    static ProcessSpec of(String name, JsonNode process, JsonNode env, JsonNode deploy) {
        SortedMap<String, String> vars = new TreeMap<>();
        env.path("vars")
                .properties()
                .forEach(entry -> vars.put(entry.getKey(), entry.getValue().asText()));
        process.path("vars")
                .properties()
                .forEach(entry -> vars.put(entry.getKey(), entry.getValue().asText()));
        List<Prestart> prestart = new ArrayList<>();
        for (JsonNode owner : List.of(env, process)) {
            if (owner.has("prestart")) {
                prestart.add(new Prestart(
                        strings(owner.get("prestart")),
                        owner.path("prestart_timeout_seconds").asInt()));
            }
        }
        ObjectNode rollout = deploy.deepCopy();
        process.path("deploy").properties().forEach(entry -> rollout.set(entry.getKey(), entry.getValue()));
        return new ProcessSpec(
                name,
                process.has("command") ? strings(process.get("command")) : null,
                process.has("workdir") ? process.get("workdir").asText() : null,
                process.has("user") ? process.get("user").asText() : null,
                vars,
                prestart,
                Json.convert(process.path("resources"), Resources.class),
                Json.convert(process.path("scaling"), Scaling.class),
                Json.convert(process.path("restart"), Restart.class),
                EffectiveManifest.list(process.path("ports"), Port.class),
                process.has("health") ? Json.convert(process.get("health"), Health.class) : null,
                EffectiveManifest.list(process.path("mounts"), Mount.class),
                process.path("secrets").path("required").asBoolean(),
                Json.convert(process.path("stop"), Stop.class),
                Json.convert(process.path("placement"), Placement.class),
                Json.convert(rollout, Rollout.class));
    }

    private static List<String> strings(JsonNode array) {
        return EffectiveManifest.list(array, String.class);
    }
}
