package dev.vt.scheduler.deploy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The transition table of scheduler.md §7, as a pure function.
 *
 * <pre>
 * queued ──► rolling ──► succeeded | failed
 *    └──────────┴──────► superseded
 * </pre>
 */
public final class DeployProgress {
    private DeployProgress() {}

    /**
     * @param message why, for people and programs; empty: nothing to add
     */
    public record Transition(DeployStatus status, String message) {}

    /** The transitions that are due, in order; none for a terminal state. A deploy whose target holds takes two at once. */
    public static List<Transition> due(DeployView deploy, Instant now) {
        List<Transition> due = new ArrayList<>(2);
        if (deploy.status().terminal()) {
            return due;
        }
        List<DeployView.Target> targets =
                deploy.targets().stream().filter(target -> !target.superseded()).toList();
        if (targets.isEmpty()) {
            due.add(new Transition(DeployStatus.SUPERSEDED, "a newer deploy covers all process types"));
            return due;
        }
        Instant rollingSince = deploy.statusSince();
        if (deploy.status() == DeployStatus.QUEUED) {
            if (!targets.stream().allMatch(DeployView.Target::desiredSet)) {
                return due;
            }
            due.add(new Transition(DeployStatus.ROLLING, rollingMessage(targets)));
            rollingSince = now;
        }
        if (targets.stream().allMatch(DeployView.Target::reached)) {
            due.add(new Transition(DeployStatus.SUCCEEDED, ""));
        } else {
            failure(targets, rollingSince, now).ifPresent(due::add);
        }
        return due;
    }

    /** When {@link #due} may answer differently without any event. */
    public static Optional<Instant> wakeAt(DeployView deploy) {
        if (deploy.status() != DeployStatus.ROLLING) {
            return Optional.empty();
        }
        return deploy.targets().stream()
                .filter(target -> !target.superseded() && !target.reached())
                .map(target -> deadline(target, deploy.statusSince()))
                .min(Instant::compareTo);
    }

    private static String rollingMessage(List<DeployView.Target> targets) {
        List<String> first = targets.stream()
                .filter(DeployView.Target::drainsFirst)
                .map(DeployView.Target::processType)
                .toList();
        return first.isEmpty() ? "" : "surge does not fit, old instances stop first: " + String.join(", ", first);
    }

    private static Optional<Transition> failure(List<DeployView.Target> targets, Instant rollingSince, Instant now) {
        for (DeployView.Target target : targets) {
            if (target.retryLimit().isPresent() && !target.reached()) {
                return failed("retry_limit:" + target.retryLimit().get());
            }
        }
        // Progress of any group keeps the deploy going; the timeout is of the whole.
        boolean anyMoving = targets.stream()
                .anyMatch(target ->
                        !target.reached() && deadline(target, rollingSince).isAfter(now));
        if (anyMoving) {
            return Optional.empty();
        }
        for (DeployView.Target target : targets) {
            if (!target.reached() && target.blocked().isPresent()) {
                return failed("blocked:" + target.blocked().get());
            }
        }
        return failed("progress_timeout");
    }

    private static Instant deadline(DeployView.Target target, Instant rollingSince) {
        Instant last = target.lastProgress().filter(rollingSince::isBefore).orElse(rollingSince);
        return last.plusSeconds(target.progressTimeoutSeconds());
    }

    private static Optional<Transition> failed(String message) {
        return Optional.of(new Transition(DeployStatus.FAILED, message));
    }
}
