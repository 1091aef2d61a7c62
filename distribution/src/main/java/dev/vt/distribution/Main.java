package dev.vt.distribution;

import dev.vt.cli.Cli;
import dev.vt.cli.core.Interrupts;
import dev.vt.cli.core.Shell;
import java.io.BufferedOutputStream;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code vt}: a role if the first word names one, else the client. */
public final class Main {
    private static final long END_LIMIT_SECONDS = 2;

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (System.getProperty("vt.build") instanceof String step) {
            System.exit(
                    switch (step) {
                        case "renew" ->
                            OldClasses.run(Arrays.stream(args).map(Path::of).toList());
                        case "train" -> Training.run();
                        case "train-server" -> ServerTraining.run();
                        default -> throw new IllegalArgumentException("vt.build is not " + step);
                    });
        }
        int exit = isRole(args) ? role(args[0], Arrays.copyOfRange(args, 1, args.length)) : client(args);
        System.out.flush();
        // Threads of the libraries must not keep a finished command alive.
        Runtime.getRuntime().halt(exit);
    }

    /** {@code server status} and {@code server leave} ask a running server, as a client. */
    private static boolean isRole(String[] args) {
        if (args.length > 1 && args[0].equals("server") && (args[1].equals("status") || args[1].equals("leave"))) {
            return false;
        }
        return args.length > 0 && Role.of(args[0]).isPresent();
    }

    private static int role(String name, String[] args) {
        return Role.of(name).orElseThrow().run(args);
    }

    /** Ctrl-C lets the command end in order, for a moment; then the machine ends it with 130. */
    private static int client(String[] args) {
        Interrupts interrupts = new Interrupts();
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            interrupts.raise();
                            try {
                                // Without an end in time the virtual machine goes on to stop.
                                boolean _ = ended.await(END_LIMIT_SECONDS, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "interrupt"));
        return Cli.run(shell(interrupts), args);
    }

    static Shell shell(Interrupts interrupts) {
        SecureRandom[] random = new SecureRandom[1];
        return new Shell(
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 8192),
                        false,
                        StandardCharsets.UTF_8),
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
                interrupts,
                Main::role);
    }
}
