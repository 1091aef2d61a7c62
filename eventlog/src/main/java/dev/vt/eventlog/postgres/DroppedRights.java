package dev.vt.eventlog.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs a program as an unprivileged user when this process is root, and as itself when it is not.
 *
 * <p>The user is the owner of existing data, else the first that exists of {@code vt-postgres}, {@code postgres} and
 * {@code nobody}. It needs an entry in {@code /etc/passwd}, because initdb asks for its own name.
 */
final class DroppedRights {
    private static final List<String> PREFERRED = List.of("vt-postgres", "postgres", "nobody");

    private record Account(int uid, int gid) {}

    private final Account account;
    private final boolean root;

    private DroppedRights(Account account, boolean root) {
        this.account = account;
        this.root = root;
    }

    /** @param existing a directory whose owner is kept, if it exists */
    static DroppedRights forDirectory(Path existing) {
        try {
            int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            if (self != 0) {
                return new DroppedRights(new Account(self, -1), false);
            }
            Map<String, Account> accounts = accounts();
            if (Files.isDirectory(existing)) {
                int owner = (int) Files.getAttribute(existing, "unix:uid");
                int group = (int) Files.getAttribute(existing, "unix:gid");
                if (owner != 0) {
                    return new DroppedRights(new Account(owner, group), true);
                }
            }
            for (String name : PREFERRED) {
                Account found = accounts.get(name);
                if (found != null) {
                    return new DroppedRights(found, true);
                }
            }
        } catch (IOException e) {
            throw new PostgresException("could not find out whom to run PostgreSQL as", e);
        }
        throw new PostgresException(
                "PostgreSQL does not run as root, and /etc/passwd has none of the users " + PREFERRED);
    }

    private static Map<String, Account> accounts() throws IOException {
        Map<String, Account> accounts = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4) {
                accounts.put(fields[0], new Account(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
            }
        }
        return accounts;
    }

    /** The command line with what drops the rights put in front. */
    List<String> command(List<String> program) {
        List<String> command = new ArrayList<>();
        // An own session: Ctrl-C in the terminal is for the server, which stops its database in order.
        command.add("setsid");
        if (root) {
            command.addAll(List.of(
                    "setpriv",
                    "--reuid=" + account.uid(),
                    "--regid=" + account.gid(),
                    "--clear-groups",
                    "--inh-caps=-all",
                    "--no-new-privs"));
        }
        command.addAll(program);
        return command;
    }

    void own(Path path) throws IOException {
        if (root) {
            Files.setAttribute(path, "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Refuses a directory that the unprivileged user could not reach, in words that say what to do. */
    void requireReachable(Path directory) {
        if (!root) {
            return;
        }
        try {
            for (Path path = directory.toAbsolutePath(); path != null; path = path.getParent()) {
                if (Files.exists(path) && !searchable(path)) {
                    throw new PostgresException("PostgreSQL runs as user id " + account.uid() + ", which may not enter "
                            + path + ": choose a data directory below one with mode 0755 (for example /var/lib/vt), or"
                            + " run chmod o+x " + path);
                }
            }
        } catch (IOException e) {
            throw new PostgresException("could not check the permissions above " + directory, e);
        }
    }

    private boolean searchable(Path path) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if ((int) Files.getAttribute(path, "unix:uid") == account.uid()) {
            return permissions.contains(PosixFilePermission.OWNER_EXECUTE);
        }
        if ((int) Files.getAttribute(path, "unix:gid") == account.gid()) {
            return permissions.contains(PosixFilePermission.GROUP_EXECUTE);
        }
        return permissions.contains(PosixFilePermission.OTHERS_EXECUTE);
    }
}
