package dev.vt.api.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One instance, resolved by the server; the agent never reads a manifest (runtime.md §2, WorkloadSpec v1).
 * {@code specHash} is the SHA-256 of the RFC 8785 form without {@code generation}, {@code deploy_id} and itself (RT8).
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkloadSpec(
        String specVersion,
        String orgId,
        String appId,
        String envId,
        String processType,
        String instanceId,
        String releaseId,
        @Nullable String deployId,
        String manifestHash,
        String groupSpecHash,
        String specHash,
        Image image,
        Process process,
        Resources resources,
        Network network,
        @Nullable Health health,
        @Nullable Secrets secrets,
        Lifecycle lifecycle,
        @Nullable Boot boot) {

    /**
     * @param ref the reference a person wrote, for display
     * @param repository {@code host[:port]/name}, where {@code digest} is pulled from
     * @param indexDigest the index the tag pointed at, if it was one
     * @param digest the per-architecture manifest: the only thing ever pulled
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Image(
            @Nullable String ref,
            String repository,
            @Nullable String indexDigest,
            String digest,
            String os,
            String arch) {}

    /**
     * @param argv empty: the image's entrypoint and command
     * @param workdir absent: the image's
     * @param user absent: the image's; name or number, optionally {@code :group}
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Process(
            List<String> argv,
            @Nullable String workdir,
            Map<String, String> vars,
            @Nullable String user,
            List<Prestart> prestart) {
        public Process {
            argv = List.copyOf(argv);
            vars = Map.copyOf(vars);
            prestart = List.copyOf(prestart);
        }
    }

    /** A command that runs to its end before the workload, as the workload's user. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Prestart(List<String> argv, int timeoutS) {
        public Prestart {
            argv = List.copyOf(argv);
        }
    }

    /** CPU is a soft weight, memory a hard cap (DECISIONS 13). */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Resources(int cpuMillis, long memoryBytes, long scratchBytes, int vcpus, int cpuWeight) {}

    /** @param address the instance's overlay IPv6 address, without prefix length */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Network(
            String address, String gateway, int mtu, List<String> dns, List<String> search, List<Port> ports) {
        public Network {
            dns = List.copyOf(dns);
            search = List.copyOf(search);
            ports = List.copyOf(ports);
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    public record Port(String name, int port, String protocol) {}

    /** @param type {@code tcp} or {@code http}; times in seconds */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Health(
            String type,
            int port,
            @Nullable String path,
            int intervalS,
            int timeoutS,
            int graceS,
            int success,
            int failure) {}

    /** @param versionId absent only while nothing is required */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Secrets(boolean required, @Nullable String versionId) {}

    /** @param restart {@code always}, {@code on-failure} or {@code never} */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Lifecycle(String stopSignal, int stopGraceS, String restart, int maxRetries, int backoffS) {}

    /** @param start {@code cold} or {@code snapshot} */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Boot(@Nullable String driver, @Nullable String kernelBundle, String start) {}
}
