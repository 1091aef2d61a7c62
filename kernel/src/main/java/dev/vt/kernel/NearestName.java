package dev.vt.kernel;

import java.util.Collection;
import java.util.Optional;

/** Finds what a person probably meant: the known name within a Levenshtein distance of three. */
public final class NearestName {
    private static final int MAX_DISTANCE = 3;

    private NearestName() {}

    /** The closest of {@code known}, the first in iteration order among equals; empty if none is near. */
    public static Optional<String> of(String wanted, Collection<String> known) {
        String best = null;
        int bestDistance = MAX_DISTANCE + 1;
        for (String candidate : known) {
            if (Math.abs(candidate.length() - wanted.length()) < bestDistance) {
                int distance = distance(wanted, candidate);
                if (distance < bestDistance && distance < Math.max(wanted.length(), candidate.length())) {
                    best = candidate;
                    bestDistance = distance;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
