package dev.vt.cli;

import dev.vt.cli.core.Interrupts;
import dev.vt.cli.core.Shell;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One command run in this process: what it printed and how it ended. */
record Invocation(int exit, String out, String err) {
    private static final Pattern ID = Pattern.compile("\\b([a-z]{2,5})_[0-9a-hjkmnp-tv-z]{26}");

    static Invocation run(String server, Path home, String stdin, List<String> arguments) {
        return run(server, home, stdin, arguments, Map.of("VT_ORG", "acme", "VT_APP", "shop", "VT_ENV", "prod"));
    }

    static Invocation run(String server, Path home, String stdin, List<String> arguments, Map<String, String> target) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Map<String, String> env = new HashMap<>(target);
        env.put("VT_SERVER", server);
        env.put("VT_TOKEN", "vt_pat_canary-of-the-client");
        env.put("HOME", home.toString());
        Shell shell = new Shell(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                env,
                home,
                Clock.fixed(Instant.parse("2030-01-02T03:04:05Z"), ZoneOffset.UTC),
                () -> "key-1",
                Shell.Terminals.NONE,
                new Interrupts(),
                (role, args) -> {
                    String line = "role " + role + " " + List.of(args) + "\n";
                    out.writeBytes(line.getBytes(StandardCharsets.UTF_8));
                    return 0;
                });
        int exit = Cli.run(shell, arguments.toArray(String[]::new));
        return new Invocation(
                exit,
                out.toString(StandardCharsets.UTF_8).replace(server, "<server>").replace(home.toString(), "<home>"),
                err.toString(StandardCharsets.UTF_8).replace(server, "<server>").replace(home.toString(), "<home>"));
    }

    /** Ids are numbered by kind in the order in which they appear: {@code <dep:1>}. The stub's clock is a real one. */
    String transcript(String command) {
        String text = "$ vt " + command + "\n-- stdout\n" + out + "-- stderr\n" + err + "-- exit " + exit + "\n";
        Map<String, String> numbers = new HashMap<>();
        Map<String, Integer> next = new HashMap<>();
        return ID.matcher(text.replaceAll("[0-9]+ s apart", "<n> s apart"))
                .replaceAll(id -> numbers.computeIfAbsent(
                        id.group(), known -> "<" + id.group(1) + ":" + next.merge(id.group(1), 1, Integer::sum) + ">"));
    }
}
