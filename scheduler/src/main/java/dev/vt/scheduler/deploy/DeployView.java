package dev.vt.scheduler.deploy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A deploy and the groups it targets.
 *
 * @param statusSince when the status was set, log time
 * @param targets one per process type the deploy set a release for
 */
public record DeployView(String id, DeployStatus status, Instant statusSince, List<Target> targets) {
    public DeployView {
        targets = List.copyOf(targets);
    }

    /**
     * A group as the deploy sees it.
     *
     * @param superseded a newer deploy set this group's release
     * @param desiredSet the group's desired release is set by this deploy, and a pass has seen it
     * @param wanted instances
     * @param matchingReady matching instances that count as ready, completed ones included
     * @param oldLeft instances with another hash that are not stopped
     * @param lastProgress when a matching instance last became ready, or an old one stopped, after the deploy began
     * @param retryLimit the instance reason, if the group is stalled (K10)
     * @param blocked the reason, if nothing can be placed
     * @param progressTimeoutSeconds of the effective manifest
     * @param drainsFirst a surge does not fit; said in the message
     */
    public record Target(
            String processType,
            boolean superseded,
            boolean desiredSet,
            int wanted,
            int matchingReady,
            int oldLeft,
            Optional<Instant> lastProgress,
            Optional<String> retryLimit,
            Optional<String> blocked,
            int progressTimeoutSeconds,
            boolean drainsFirst) {
        boolean reached() {
            return matchingReady >= wanted && oldLeft == 0;
        }
    }
}
