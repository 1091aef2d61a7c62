package dev.vt.scheduler.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every matching instance of a group is (scheduler.md §1).
 *
 * @param hash the {@code group_spec_hash}
 * @param deployId the deploy that set the desired release
 * @param driver the only driver allowed; null: any the node prefers
 * @param architectures of the release's resolved digests; empty: not known, any
 * @param capabilities that a node must have
 * @param resources of one instance, without the driver's overhead
 * @param volumeIds attached to the process; not empty: replaced in place, one instance
 * @param stopGraceSeconds between the stop signal and the kill
 */
public record GroupSpec(
        String hash,
        String releaseId,
        @Nullable String secretsVersionId,
        @Nullable String deployId,
        @Nullable String driver,
        List<String> architectures,
        List<String> capabilities,
        Resources resources,
        PlacementRules placement,
        Strategy strategy,
        RolloutRules rollout,
        RestartPolicy restart,
        List<String> volumeIds,
        int stopGraceSeconds,
        boolean secretsMissing) {
    public GroupSpec {
        architectures = List.copyOf(architectures);
        capabilities = List.copyOf(capabilities);
        volumeIds = List.copyOf(volumeIds);
    }

    public boolean inPlace() {
        return !volumeIds.isEmpty();
    }
}
