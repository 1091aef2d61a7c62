package dev.vt.distribution;

import dev.vt.cli.Cli;
import dev.vt.cli.core.Shell;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;

/** {@code vt}: a role if the first word names one, else the client. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
        if (Boolean.getBoolean("vt.training")) {
            System.exit(Training.run());
        }
        int exit = args.length > 0 && Role.of(args[0]).isPresent()
                ? role(args[0], Arrays.copyOfRange(args, 1, args.length))
                : Cli.run(shell(), args);
        System.out.flush();
        // Threads of the libraries must not keep a finished command alive.
        Runtime.getRuntime().halt(exit);
    }

    private static int role(String name, String[] args) {
        return Role.of(name).orElseThrow().run(args);
    }

    static Shell shell() {
        SecureRandom[] random = new SecureRandom[1];
        return new Shell(
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.in,
                System.getenv(),
                Path.of("").toAbsolutePath(),
                Clock.systemUTC(),
                () -> {
                    byte[] bytes = new byte[16];
                    random[0] = random[0] == null ? new SecureRandom() : random[0];
                    random[0].nextBytes(bytes);
                    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                },
                Terminals.detect(),
                Main::role);
    }
}
