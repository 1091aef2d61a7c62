package dev.vt.control.bootstrap;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;

/**
 * {@code vt server recover-operator} (A22): makes a code for an operator who lost access. It needs the data directory and
 * nothing else, so it is local by nature; the server may run. The server audits the making and the use ({@link RecoveryAudit}).
 */
public final class RecoverOperator {
    public static final String USAGE = """
            Usage: vt server recover-operator --data-dir DIR

            Lets an operator who lost password or authenticator in again. Writes a code, good once and for an hour, to a
            file that only the owner of the data directory reads, and prints the path. Send it to the leading server:
              POST /v1/bootstrap {"code": ..., "email": ..., "password": ...}
            The user with that address becomes an operator (a new one, if there is none), gets this password and a token,
            and loses authenticator and console sessions.

              --data-dir DIR    of the server that leads; it may run
            """;

    private static final int OK = 0;
    private static final int INVALID_USAGE = 2;
    private static final int FORBIDDEN = 3;
    private static final int NOT_FOUND = 4;

    private RecoverOperator() {}

    /**
     * @param args {@code recover-operator}, and what follows
     * @return the exit code of cli.md §7
     */
    public static int run(String[] args, PrintStream out, PrintStream err, Clock clock) {
        if (args.length == 2 && (args[1].equals("--help") || args[1].equals("-h"))) {
            out.print(USAGE);
            return OK;
        }
        if (args.length != 3 || !args[1].equals("--data-dir")) {
            err.print("error: --data-dir is needed, and nothing else\n" + USAGE);
            return INVALID_USAGE;
        }
        Path dataDir = Path.of(args[2]).toAbsolutePath().normalize();
        if (!Files.exists(dataDir.resolve("server-id"))) {
            err.println("error: " + dataDir + " is no server's data directory");
            return NOT_FOUND;
        }
        try {
            out.println(RecoveryCode.write(dataDir, clock, new SecureRandom()));
            return OK;
        } catch (IOException e) {
            err.println("error: only the owner of " + dataDir + " may do this: cannot write " + e.getMessage());
            return FORBIDDEN;
        }
    }
}
