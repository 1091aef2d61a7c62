package dev.vt.control.feature;

import java.util.List;

/**
 * What a run saw and did.
 *
 * @param examined things looked at
 * @param changed things changed
 * @param problems what could not be done, one line each; no secrets
 */
public record ReconcileReport(int examined, int changed, List<String> problems) {
    public static final ReconcileReport NOTHING = new ReconcileReport(0, 0, List.of());

    public ReconcileReport {
        problems = List.copyOf(problems);
    }

    public static ReconcileReport of(int examined, int changed) {
        return new ReconcileReport(examined, changed, List.of());
    }
}
