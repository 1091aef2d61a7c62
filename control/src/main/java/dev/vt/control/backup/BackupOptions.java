package dev.vt.control.backup;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vt server backup|restore} was told.
 *
 * @param file written by a backup, else read
 * @param toEvent {@code Long.MAX_VALUE}: all
 */
record BackupOptions(
        Action action,
        @Nullable Path dataDir,
        Path file,
        @Nullable Path passphraseFile,
        @Nullable Path masterKeyFile,
        @Nullable URI postgresUrl,
        long toEvent) {
    enum Action {
        BACKUP,
        VERIFY,
        RESTORE
    }

    static final String USAGE = """
            Usage: vt server backup --data-dir DIR --out FILE [--passphrase-file FILE] [--postgres-url URL]
                   vt server backup --verify FILE (--data-dir DIR | --master-key-file FILE | --passphrase-file FILE)
                   vt server restore --data-dir DIR --from FILE [--to-event N] [--master-key-file FILE]
                                     [--passphrase-file FILE] [--postgres-url URL]
            """;

    private static final Set<String> KNOWN = Set.of(
            "--data-dir",
            "--out",
            "--verify",
            "--from",
            "--to-event",
            "--passphrase-file",
            "--master-key-file",
            "--postgres-url");

    /** @throws IllegalArgumentException with everything that is wrong */
    static BackupOptions parse(String[] args) {
        List<String> errors = new ArrayList<>();
        TreeMap<String, String> given = new TreeMap<>();
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(args));
        boolean restore = "restore".equals(rest.pollFirst());
        while (!rest.isEmpty()) {
            String[] parts = rest.removeFirst().split("=", 2);
            String value = parts.length == 2 ? parts[1] : rest.pollFirst();
            if (!KNOWN.contains(parts[0])) {
                errors.add("unknown argument " + parts[0]);
            } else if (value == null) {
                errors.add(parts[0] + " needs a value");
            } else if (given.put(parts[0], value) != null) {
                errors.add(parts[0] + " is given twice");
            }
        }
        Action action = restore ? Action.RESTORE : given.containsKey("--verify") ? Action.VERIFY : Action.BACKUP;
        String fileFlag = switch (action) {
            case BACKUP -> "--out";
            case VERIFY -> "--verify";
            case RESTORE -> "--from";
        };
        need(given, fileFlag, errors);
        if (action != Action.VERIFY) {
            need(given, "--data-dir", errors);
        }
        long toEvent = toEvent(given.get("--to-event"), action, errors);
        URI postgres = given.containsKey("--postgres-url") ? URI.create(given.get("--postgres-url")) : null;
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", errors));
        }
        return new BackupOptions(
                action,
                path(given, "--data-dir"),
                Path.of(given.getOrDefault(fileFlag, "")),
                path(given, "--passphrase-file"),
                path(given, "--master-key-file"),
                postgres,
                toEvent);
    }

    private static long toEvent(@Nullable String text, Action action, List<String> errors) {
        if (text == null) {
            return Long.MAX_VALUE;
        }
        if (action != Action.RESTORE) {
            errors.add("--to-event goes with restore");
        }
        if (!text.matches("[1-9][0-9]{0,17}")) {
            errors.add("--to-event must be an event id");
            return Long.MAX_VALUE;
        }
        return Long.parseLong(text);
    }

    private static void need(TreeMap<String, String> given, String flag, List<String> errors) {
        if (!given.containsKey(flag)) {
            errors.add(flag + " is needed");
        }
    }

    private static @Nullable Path path(TreeMap<String, String> given, String flag) {
        return given.containsKey(flag) ? Path.of(given.get(flag)) : null;
    }
}
