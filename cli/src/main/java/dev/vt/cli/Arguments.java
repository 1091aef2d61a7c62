package dev.vt.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Looks at a command line before it is parsed. */
final class Arguments {
    private static final Set<String> WITH_VALUE = Set.of(
            "--org",
            "--project",
            "--app",
            "--env",
            "--context",
            "--server",
            "--format",
            "--idempotency-key",
            "--timeout");
    private static final Set<String> WITHOUT_VALUE =
            Set.of("--json", "--no-color", "--no-input", "--yes", "--verbose", "--debug");

    private Arguments() {}

    static boolean takesValue(String globalFlag) {
        return WITH_VALUE.contains(globalFlag);
    }

    /** Global flags may stand before the command; it takes them behind: {@code vt --org acme apps list}. */
    static String[] flagsLast(String[] args) {
        List<String> flags = new ArrayList<>();
        int next = 0;
        while (next < args.length) {
            String arg = args[next];
            int equals = arg.indexOf('=');
            if (WITHOUT_VALUE.contains(arg) || equals > 0 && WITH_VALUE.contains(arg.substring(0, equals))) {
                flags.add(arg);
                next++;
            } else if (WITH_VALUE.contains(arg) && next + 1 < args.length) {
                flags.addAll(List.of(arg, args[next + 1]));
                next += 2;
            } else {
                break;
            }
        }
        if (flags.isEmpty() || next == args.length) {
            return args;
        }
        List<String> all = new ArrayList<>(Arrays.asList(args).subList(next, args.length));
        int end = all.indexOf("--");
        all.addAll(end < 0 ? all.size() : end, flags);
        return all.toArray(String[]::new);
    }

    /** Whether errors of this command line are for a program, even if it cannot be parsed. */
    static boolean wantJson(String[] args) {
        for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
            boolean spelled = args[i].equals("--format") && i + 1 < args.length && args[i + 1].equals("json");
            if (args[i].equals("--json") || args[i].equals("--format=json") || spelled) {
                return true;
            }
        }
        return false;
    }
}
