package dev.vt.scheduler.view;

/**
 * The deploy knobs of a process (manifest.md §1).
 *
 * @param maxSurge instances above the wanted number while old ones are replaced
 * @param maxUnavailable ready instances that may be missing meanwhile
 * @param startupTimeoutSeconds from allocation to the first readiness
 * @param progressTimeoutSeconds without progress the deploy has failed
 * @param minReadySeconds ready that long counts as ready
 */
public record RolloutRules(
        int maxSurge, int maxUnavailable, int startupTimeoutSeconds, int progressTimeoutSeconds, int minReadySeconds) {
    public static final RolloutRules DEFAULT = new RolloutRules(1, 0, 120, 600, 0);
}
