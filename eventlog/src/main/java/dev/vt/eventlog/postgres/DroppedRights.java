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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program as an unprivileged user when this process is root, and as itself when it is not.
 *
 * <p>The user is the owner of existing data, else the first that exists of {@code vt-postgres}, {@code postgres} and
 * {@code nobody}. It needs an entry in {@code /etc/passwd}, because initdb asks for its own name.
 *
 * <p>A home below a directory that this user may not enter, such as {@code /root}, is shown to it as {@code /mnt} in a mount
 * namespace of its own; nobody's permissions change.
 */
final class DroppedRights {
    private static final List<String> PREFERRED = List.of("vt-postgres", "postgres", "nobody");
    private static final Path MOUNT_POINT = Path.of("/mnt");

    private record Account(int uid, int gid) {}

    private final Account account;
    private final boolean root;
    private final Path home;
    private final boolean mounted;

    private DroppedRights(Account account, boolean root, Path home, boolean mounted) {
        this.account = account;
        this.root = root;
        this.home = home;
        this.mounted = mounted;
    }

    /**
     * @param home exists; becomes the user's own, with mode 0700
     * @throws PostgresException if there is no such user, or no way to let it in
     */
    static DroppedRights forHome(Path home) throws IOException {
        int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (self != 0) {
            return new DroppedRights(new Account(self, -1), false, home, false);
        }
        Account account = account(home.resolve("data"));
        Path parent = home.resolveSibling(".").normalize();
        boolean reachable = reachable(parent, account);
        if (!reachable && !namespacesWork()) {
            throw new PostgresException("PostgreSQL does not run as root, and user id " + account.uid()
                    + " may not enter " + parent + ": choose a data directory below one with mode 0755, for"
                    + " example /var/lib/vt");
        }
        DroppedRights rights = new DroppedRights(account, true, home, !reachable);
        rights.own(home);
        return rights;
    }

    private static Account account(Path existing) throws IOException {
        if (Files.isDirectory(existing)) {
            int owner = (int) Files.getAttribute(existing, "unix:uid");
            if (owner != 0) {
                return new Account(owner, (int) Files.getAttribute(existing, "unix:gid"));
            }
        }
        Map<String, Account> accounts = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4) {
                accounts.put(fields[0], new Account(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
            }
        }
        for (String name : PREFERRED) {
            Account found = accounts.get(name);
            if (found != null) {
                return found;
            }
        }
        throw new PostgresException(
                "PostgreSQL does not run as root, and /etc/passwd has none of the users " + PREFERRED);
    }

    private static boolean reachable(Path directory, Account account) throws IOException {
        for (@Nullable Path path = directory; path != null; path = path.getParent()) {
            if (!searchable(path, account)) {
                return false;
            }
        }
        return true;
    }

    private static boolean searchable(Path path, Account account) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if ((int) Files.getAttribute(path, "unix:uid") == account.uid()) {
            return permissions.contains(PosixFilePermission.OWNER_EXECUTE);
        }
        if ((int) Files.getAttribute(path, "unix:gid") == account.gid()) {
            return permissions.contains(PosixFilePermission.GROUP_EXECUTE);
        }
        return permissions.contains(PosixFilePermission.OTHERS_EXECUTE);
    }

    /** Root inside a container may lack the right to mount. */
    private static boolean namespacesWork() throws IOException {
        Process probe = new ProcessBuilder("unshare", "--mount", "--propagation", "private", "true")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            probe.destroyForcibly();
        }
    }

    /** Whether a directory outside of the home can be used, too. */
    boolean reaches(Path directory) throws IOException {
        return !root || (!mounted && reachable(directory, account));
    }

    /** The name by which the program finds a file of the home. */
    Path inside(Path file) {
        return mounted && file.startsWith(home) ? MOUNT_POINT.resolve(home.relativize(file)) : file;
    }

    /** The command line with what drops the rights put in front. */
    List<String> command(List<String> program) {
        List<String> command = new ArrayList<>();
        // An own session: Ctrl-C in the terminal is for the server, which stops its database in order.
        command.add("setsid");
        if (mounted) {
            command.addAll(List.of("unshare", "--mount", "--propagation", "private", "sh", "-c"));
            command.add("mount --bind \"$0\" " + MOUNT_POINT + " && cd " + MOUNT_POINT + " && exec \"$@\"");
            command.add(home.toString());
        }
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
}
