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

/** One command run in this process: what it printed and how it ended. */
record Invocation(int exit, String out, String err) {
    static Invocation run(String server, Path home, String stdin, List<String> arguments) {
        return run(server, home, stdin, arguments, Map.of("VT_ORG", "acme", "VT_APP", "shop", "VT_ENV", "prod"));
    }

    static Invocation run(String server, Path home, String stdin, List<String> arguments, Map<String, String> target) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Map<String, String> env = new HashMap<>(target);
        env.put("VT_SERVER", server);
        env.put("VT_TOKEN", "vt_pat_canary");
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
                (role, args) -> 0);
        int exit = Cli.run(shell, arguments.toArray(String[]::new));
        return new Invocation(
                exit,
                out.toString(StandardCharsets.UTF_8).replace(server, "<server>"),
                err.toString(StandardCharsets.UTF_8).replace(server, "<server>").replace(home.toString(), "<home>"));
    }

    String transcript(String command) {
        return "$ vt " + command + "\n-- stdout\n" + out + "-- stderr\n" + err + "-- exit " + exit + "\n";
    }
}
