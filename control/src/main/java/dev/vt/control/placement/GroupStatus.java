package dev.vt.control.placement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.scheduler.Gap;
import dev.vt.scheduler.view.GroupKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Desired and actual of one group, and why they differ (DECISIONS 6).
 *
 * @param wanted replicas
 * @param ready matching instances that count as ready, completed ones included
 * @param old instances with another spec that are not stopped
 * @param starting matching instances that are not ready
 * @param releaseId null: none is desired
 * @param gap empty: nothing is missing
 */
public record GroupStatus(
        GroupKey key,
        int wanted,
        int ready,
        int old,
        int starting,
        @Nullable String releaseId,
        @Nullable String deployId,
        @Nullable String specHash,
        Optional<Gap> gap) {

    public boolean converged() {
        return ready == wanted && old == 0 && gap.isEmpty();
    }

    ObjectNode json() {
        ObjectNode out = Json.object();
        out.put("id", key.processType()).put("env_id", key.envId()).put("process_type", key.processType());
        out.put("release_id", releaseId).put("deploy_id", deployId).put("group_spec_hash", specHash);
        out.put("wanted", wanted).put("ready", ready).put("old", old).put("starting", starting);
        out.put("reason_code", gap.map(Gap::reason).orElse(null));
        out.put("detail", gap.map(Gap::detail).orElse(null));
        out.put("blocked", gap.map(Gap::blocked).orElse(false));
        out.putObject("desired").put("wanted", wanted).put("release_id", releaseId);
        out.putObject("actual").put("ready", ready).put("old", old).put("starting", starting);
        out.putArray("conditions")
                .addObject()
                .put("type", "converged")
                .put("status", converged())
                .put("reason_code", gap.map(Gap::reason).orElse(null))
                .put("detail", gap.map(Gap::detail).orElse(null));
        return out;
    }
}
