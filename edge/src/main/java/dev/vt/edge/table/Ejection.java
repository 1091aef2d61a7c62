package dev.vt.edge.table;

import java.time.Duration;

/**
 * When a backend that cannot be connected to is left alone (B4).
 *
 * @param failures within ten seconds that eject it, 1 to 100
 * @param first time it is out; doubles with each ejection
 * @param longest time it is out
 */
public record Ejection(int failures, Duration first, Duration longest) {
    public static final Ejection STANDARD = new Ejection(3, Duration.ofSeconds(5), Duration.ofSeconds(60));
}
