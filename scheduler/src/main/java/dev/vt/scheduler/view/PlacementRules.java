package dev.vt.scheduler.view;

import java.util.List;

/**
 * Where instances of a group may and should run.
 *
 * @param require hard; all must hold
 * @param prefer soft
 * @param apart process types of the same environment that lower a node's score
 * @param together process types of the same environment that raise it
 * @param spreadBy label whose values are the domains to spread over
 */
public record PlacementRules(
        List<LabelTerm> require, List<Preference> prefer, List<String> apart, List<String> together, String spreadBy) {
    public static final PlacementRules NONE = new PlacementRules(List.of(), List.of(), List.of(), List.of(), "zone");

    public PlacementRules {
        require = List.copyOf(require);
        prefer = List.copyOf(prefer);
        apart = List.copyOf(apart);
        together = List.copyOf(together);
    }

    /** @param weight 1–100 */
    public record Preference(LabelTerm term, int weight) {}
}
