package dev.vt.distribution;

import dev.vt.cli.core.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which standard streams are terminals, by what they are open on. */
final class Terminals {
    private static final int DEFAULT_WIDTH = 100;

    private Terminals() {}

    static Shell.Terminals detect() {
        boolean out = isTerminal(1);
        return new Shell.Terminals(isTerminal(0), out, isTerminal(2), out ? width() : DEFAULT_WIDTH);
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException notOpen) {
            return false;
        }
    }

    private static int width() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[0-9]{1,4}") ? Integer.parseInt(columns) : DEFAULT_WIDTH;
    }
}
