package dev.vt.cli.work;

import dev.vt.cli.core.Durations;
import dev.vt.cli.core.Session;
import org.jspecify.annotations.Nullable;

/** Points in time as people give them: absolute, or a duration before now. */
final class Times {
    private Times() {}

    static @Nullable String absolute(Session session, @Nullable String text) {
        return text != null && text.matches("[0-9]+[smhd]")
                ? session.shell()
                        .clock()
                        .instant()
                        .minus(Durations.parse("--since", text))
                        .toString()
                : text;
    }
}
