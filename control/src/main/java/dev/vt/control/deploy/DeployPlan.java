package dev.vt.control.deploy;

import dev.vt.control.feature.Change;
import dev.vt.control.route.RouteAction;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a deploy would do.
 *
 * @param hash the same for the same changes of the same content, whoever plans them
 * @param effectiveHash of the manifest as the environment has it
 * @param changes for people, in the order of cli.md §4
 * @param sets process types that get the release; sorted
 * @param removes process types that go; sorted
 * @param clamps scales that the manifest no longer allows, as they will be
 * @param routes of the manifest
 * @param strategy {@code rolling}, {@code replace} or {@code mixed}
 * @param previous release by process type, where there is one
 * @param needsSecrets process types with {@code secrets.required}
 */
record DeployPlan(
        String hash,
        String effectiveHash,
        List<Change> changes,
        List<String> sets,
        List<String> removes,
        SortedMap<String, Integer> clamps,
        List<RouteAction> routes,
        String strategy,
        SortedMap<String, String> previous,
        List<String> needsSecrets) {
    DeployPlan {
        changes = List.copyOf(changes);
        sets = List.copyOf(sets);
        removes = List.copyOf(removes);
        clamps = new TreeMap<>(clamps);
        routes = List.copyOf(routes);
        previous = new TreeMap<>(previous);
        needsSecrets = List.copyOf(needsSecrets);
    }

    boolean destructive() {
        return changes.stream().anyMatch(Change::destructive);
    }

    /** Whether everything holds already. */
    boolean isEmpty() {
        return changes.stream().allMatch(change -> change.op().equals("same"));
    }
}
