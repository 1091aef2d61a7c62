package dev.vt.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The manifest as one environment has it (manifest.md M8), typed, all defaults filled in.
 *
 * @param hash {@code effective_hash}: as {@code manifest_hash}, over the merged document without {@code environments}
 * @param pullPolicy {@code if_not_present} or {@code always}
 * @param processes by name
 * @param volumes sorted by name
 * @param routes sorted by hostname and port; null: the manifest has no {@code routes} key and leaves routes alone (M2)
 */
public record EffectiveManifest(
        String hash,
        String pullPolicy,
        SortedMap<String, ProcessSpec> processes,
        List<VolumeSpec> volumes,
        @Nullable List<RouteSpec> routes) {
    public EffectiveManifest {
        processes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(processes));
        volumes = List.copyOf(volumes);
        routes = routes == null ? null : List.copyOf(routes);
    }

    public Optional<ProcessSpec> process(String name) {
        return Optional.ofNullable(processes.get(name));
    }

    /** A volume created with the environment's first deploy (M3). */
    @JsonNaming(SnakeCaseStrategy.class)
    public record VolumeSpec(String name, long sizeBytes, String filesystem, boolean backupEnabled) {}

    /**
     * A route the deploy makes.
     *
     * @param hostname in the form of R1; null only for {@code tcp_raw}
     * @param listenPort port of the edge
     * @param process target process type
     * @param port target port number
     * @param kind {@code tls_passthrough} or {@code tcp_raw}
     * @param proxyProtocol {@code off} or {@code v2}
     * @param ipv4 {@code off}, {@code also} or {@code required}
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record RouteSpec(
            @Nullable String hostname,
            int listenPort,
            String process,
            int port,
            String kind,
            String proxyProtocol,
            boolean backendExpectsProxyProtocol,
            String ipv4,
            boolean allowNoSni) {}

    static EffectiveManifest of(ObjectNode document) {
        SortedMap<String, ProcessSpec> processes = new TreeMap<>();
        document.path("processes")
                .properties()
                .forEach(entry -> processes.put(
                        entry.getKey(),
                        ProcessSpec.of(
                                entry.getKey(), entry.getValue(), document.path("env"), document.path("deploy"))));
        return new EffectiveManifest(
                Manifest.hashOf(document),
                document.path("image").path("pull_policy").asText(),
                processes,
                list(document.path("volumes"), VolumeSpec.class),
                document.has("routes") ? list(document.path("routes"), RouteSpec.class) : null);
    }

    static <T> List<T> list(JsonNode array, Class<T> type) {
        List<T> values = new ArrayList<>();
        array.forEach(element -> values.add(Json.convert(element, type)));
        return values;
    }
}
