package dev.vt.cli.core;

import java.time.Duration;

/** Durations as people write them: {@code 30s 5m 2h 7d} (cli.md §2). */
public final class Durations {
    private Durations() {}

    /** @throws CliException ({@code invalid_argument}) if the text is not a number and a unit */
    public static Duration parse(String flag, String text) {
        if (text.matches("[0-9]{1,9}[smhd]")) {
            long amount = Long.parseLong(text.substring(0, text.length() - 1));
            return switch (text.charAt(text.length() - 1)) {
                case 's' -> Duration.ofSeconds(amount);
                case 'm' -> Duration.ofMinutes(amount);
                case 'h' -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        throw new CliException(CliError.usage(
                "invalid_argument",
                flag + " takes a number and a unit, not '" + text + "'",
                "write for example 30s, 5m, 2h or 7d"));
    }
}
