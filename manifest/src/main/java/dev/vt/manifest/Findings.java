package dev.vt.manifest;

import dev.vt.kernel.NearestName;
import dev.vt.manifest.toml.TomlNode.Place;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects findings; the same code at the same place counts once, however many environments repeat it. One thread. */
final class Findings {
    private record Spot(FindingCode code, Place place) {}

    private final Map<Spot, Finding> found = new LinkedHashMap<>();
    private String suffix = "";

    /** Says from here on that findings hold for the merged document of this environment. */
    void inEnvironment(String name) {
        suffix = " (in environment " + name + ")";
    }

    void add(FindingCode code, Place place, String message) {
        add(code, place, message, null);
    }

    void add(FindingCode code, Place place, String message, String wanted, Collection<String> known) {
        add(code, place, message, NearestName.of(wanted, known).orElse(null));
    }

    private void add(FindingCode code, Place place, String message, @Nullable String nearest) {
        found.putIfAbsent(
                new Spot(code, place),
                new Finding(code, place.path(), place.line(), place.column(), message + suffix, nearest));
    }

    List<Finding> errors() {
        return found.values().stream()
                .filter(f -> !f.code().isWarning())
                .sorted(Finding.IN_ORDER)
                .toList();
    }

    List<Finding> warnings() {
        return found.values().stream()
                .filter(f -> f.code().isWarning())
                .sorted(Finding.IN_ORDER)
                .toList();
    }
}
