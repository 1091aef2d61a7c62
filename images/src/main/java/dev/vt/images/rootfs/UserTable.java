package dev.vt.images.rootfs;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The image's own {@code /etc/passwd} and {@code /etc/group}, read while the root file system is built. Lines that do not
 * parse are left out, as the C library does.
 *
 * @param users in file order
 * @param groups in file order
 */
public record UserTable(List<User> users, List<Group> groups) {
    private static final int MAX_ENTRIES = 10_000;

    public UserTable {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
    }

    @JsonNaming(SnakeCaseStrategy.class)
    public record User(String name, long uid, long gid, String home) {}

    public record Group(String name, long gid, List<String> members) {
        public Group {
            members = List.copyOf(members);
        }
    }

    /**
     * Whom a workload runs as.
     *
     * @param home from the passwd file, {@code /} if there is none
     * @param supplementaryGids sorted, without {@code gid}
     */
    public record Resolved(long uid, long gid, List<Long> supplementaryGids, String home) {
        public Resolved {
            supplementaryGids = List.copyOf(supplementaryGids);
        }
    }

    public static UserTable parse(byte[] passwd, byte[] group) {
        List<User> users = new ArrayList<>();
        for (String line : lines(passwd)) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4 && isId(fields[2]) && isId(fields[3]) && users.size() < MAX_ENTRIES) {
                String home = fields.length > 5 && fields[5].startsWith("/") ? fields[5] : "/";
                users.add(new User(fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3]), home));
            }
        }
        List<Group> groups = new ArrayList<>();
        for (String line : lines(group)) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 3 && isId(fields[2]) && groups.size() < MAX_ENTRIES) {
                List<String> members =
                        fields.length > 3 && !fields[3].isEmpty() ? List.of(fields[3].split(",")) : List.of();
                groups.add(new Group(fields[0], Long.parseLong(fields[2]), members));
            }
        }
        return new UserTable(users, groups);
    }

    /**
     * Resolves {@code name}, {@code uid}, {@code name:group} or {@code uid:gid}; empty text is root. A number needs no
     * entry, a name does.
     *
     * @return empty if a name is unknown or a number out of range
     */
    public Optional<Resolved> resolve(String user) {
        String wanted = user.isEmpty() ? "0" : user;
        int colon = wanted.indexOf(':');
        String name = colon < 0 ? wanted : wanted.substring(0, colon);
        Optional<User> entry = users.stream()
                .filter(u -> u.name().equals(name))
                .findFirst()
                .or(() -> users.stream()
                        .filter(u -> isId(name) && u.uid() == Long.parseLong(name))
                        .findFirst());
        if (entry.isEmpty() && !isId(name)) {
            return Optional.empty();
        }
        long uid = entry.map(User::uid).orElseGet(() -> Long.parseLong(name));
        String home = entry.map(User::home).orElse("/");
        if (colon >= 0) {
            // A named group replaces the supplementary ones, as container runtimes do.
            return groupId(wanted.substring(colon + 1)).map(gid -> new Resolved(uid, gid, List.of(), home));
        }
        long gid = entry.map(User::gid).orElse(0L);
        TreeSet<Long> supplementary = new TreeSet<>();
        entry.ifPresent(found -> groups.stream()
                .filter(g -> g.members().contains(found.name()) && g.gid() != gid)
                .forEach(g -> supplementary.add(g.gid())));
        return Optional.of(new Resolved(uid, gid, List.copyOf(supplementary), home));
    }

    private Optional<Long> groupId(String group) {
        return groups.stream()
                .filter(g -> g.name().equals(group))
                .map(Group::gid)
                .findFirst()
                .or(() -> isId(group) ? Optional.of(Long.parseLong(group)) : Optional.empty());
    }

    private static List<String> lines(byte[] file) {
        return new String(file, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                .toList();
    }

    /** Whether the text is a user or group id: a decimal number below 2^32 − 1. */
    private static boolean isId(String text) {
        return !text.isEmpty()
                && text.length() <= 10
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && Long.parseLong(text) < 0xffff_ffffL;
    }
}
