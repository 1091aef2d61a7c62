package dev.vt.simulation.check;

import java.util.List;

/**
 * A broken promise.
 *
 * @param rule that is broken, for example {@code lost}
 * @param evidence as few lines as show it
 */
public record Violation(String rule, String what, List<String> evidence) {
    private static final int SHOWN = 12;

    public Violation {
        evidence = List.copyOf(evidence);
    }

    static Violation of(String rule, String what, List<?> evidence) {
        return new Violation(
                rule, what, evidence.stream().limit(SHOWN).map(Object::toString).toList());
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(rule).append(": ").append(what);
        evidence.forEach(line -> out.append("\n    ").append(line));
        return out.toString();
    }
}
