package dev.vt.control.placement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageReference;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import dev.vt.manifest.ProcessSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an instance is, in the words of an agent (runtime.md §2). Pure: the same instance gives the same bytes for ever. */
final class WorkloadSpecs {
    private static final String GATEWAY = "fe80::1";
    private static final int MTU = 1420;
    private static final int DEFAULT_MAX_RETRIES = 3;

    private WorkloadSpecs() {}

    /**
     * An allocated instance.
     *
     * @param resolver answers names on its node (network.md A2)
     * @param searchDomain completes short names (network.md D1)
     * @param arch of its node
     */
    record Allocated(
            String orgId,
            String appId,
            String envId,
            String processType,
            String instanceId,
            String releaseId,
            @Nullable String deployId,
            @Nullable String secretsVersionId,
            String groupSpecHash,
            String overlayIpv6,
            String resolver,
            String searchDomain,
            String driver,
            String arch) {}

    static WorkloadSpec of(Allocated instance, EffectiveProcess.Found found) {
        WorkloadSpec unhashed = withHash(instance, found, "");
        ObjectNode document = (ObjectNode) Json.toTree(unhashed);
        document.remove("deploy_id");
        document.remove("spec_hash");
        return withHash(instance, found, Digests.ofJson(document));
    }

    private static WorkloadSpec withHash(Allocated instance, EffectiveProcess.Found found, String specHash) {
        ProcessSpec process = found.process();
        return new WorkloadSpec(
                "v1",
                instance.orgId(),
                instance.appId(),
                instance.envId(),
                instance.processType(),
                instance.instanceId(),
                instance.releaseId(),
                instance.deployId(),
                found.manifestHash(),
                instance.groupSpecHash(),
                specHash,
                image(instance, found),
                new WorkloadSpec.Process(
                        process.command() == null ? List.of() : process.command(),
                        process.workdir(),
                        process.vars(),
                        process.user(),
                        process.prestart().stream()
                                .map(each -> new WorkloadSpec.Prestart(each.argv(), each.timeoutSeconds()))
                                .toList()),
                resources(process.resources()),
                new WorkloadSpec.Network(
                        instance.overlayIpv6(),
                        GATEWAY,
                        MTU,
                        List.of(instance.resolver()),
                        List.of(instance.searchDomain()),
                        process.ports().stream()
                                .map(port -> new WorkloadSpec.Port(port.name(), port.internal(), port.protocol()))
                                .toList()),
                health(process.health()),
                instance.secretsVersionId() == null && !process.secretsRequired()
                        ? null
                        : new WorkloadSpec.Secrets(process.secretsRequired(), instance.secretsVersionId()),
                new WorkloadSpec.Lifecycle(
                        process.stop().signal(),
                        process.stop().graceSeconds(),
                        process.restart().policy(),
                        process.restart().maxRetries() == null
                                ? DEFAULT_MAX_RETRIES
                                : process.restart().maxRetries(),
                        process.restart().backoffSeconds()),
                new WorkloadSpec.Boot(instance.driver(), null, "snapshot"));
    }

    private static WorkloadSpec.Image image(Allocated instance, EffectiveProcess.Found found) {
        ImageReference reference = ImageReference.parse(found.imageRef());
        String digest = found.platform(instance.arch())
                .map(EffectiveProcess.Platform::digest)
                .orElse(found.imageDigest());
        return new WorkloadSpec.Image(
                found.imageRef(),
                reference.host() + "/" + reference.path(),
                digest.equals(found.imageDigest()) ? null : found.imageDigest(),
                digest,
                "linux",
                instance.arch());
    }

    private static WorkloadSpec.Resources resources(ProcessSpec.Resources resources) {
        int cpu = resources.cpuMillis();
        return new WorkloadSpec.Resources(
                cpu,
                resources.memoryBytes(),
                resources.diskBytes(),
                Math.max(1, Math.ceilDiv(cpu, 1000)),
                Math.clamp(cpu / 10, 1, 10_000));
    }

    private static WorkloadSpec.@Nullable Health health(ProcessSpec.@Nullable Health health) {
        return health == null
                ? null
                : new WorkloadSpec.Health(
                        health.type(),
                        health.port(),
                        health.path(),
                        health.intervalSeconds(),
                        health.timeoutSeconds(),
                        health.gracePeriodSeconds(),
                        health.successThreshold(),
                        health.failureThreshold());
    }
}
