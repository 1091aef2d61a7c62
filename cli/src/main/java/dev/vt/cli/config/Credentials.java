package dev.vt.cli.config;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonReader;
import dev.vt.cli.json.JsonWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code credentials.json}: one sign-in per server, mode 0600, refused if others can read it (C13). */
public final class Credentials {
    private static final Set<PosixFilePermission> FORBIDDEN = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final Path file;
    private final Map<String, Object> tokens;

    private Credentials(Path file, Map<String, Object> tokens) {
        this.file = file;
        this.tokens = tokens;
    }

    /** @param directory vt's data directory */
    public static Credentials load(Path directory) {
        Path file = directory.resolve("credentials.json");
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (mode.stream().anyMatch(FORBIDDEN::contains)) {
                throw new CliException(
                        CliError.of("auth", 3, "not_logged_in", file + " can be read by others", "chmod 600 " + file));
            }
            Doc doc = JsonReader.read(Files.readAllBytes(file));
            return new Credentials(file, new TreeMap<>(doc.get("servers").members()));
        } catch (NoSuchFileException e) {
            return new Credentials(file, new TreeMap<>());
        } catch (IOException e) {
            throw new CliException(
                    CliError.of("auth", 3, "not_logged_in", "cannot read " + file, "remove it and run: vt auth login"));
        }
    }

    /** A token for the server as it is kept; one of a sign-in by browser may have ended ({@code core.SignIn} renews it). */
    public Optional<String> token(String server) {
        Doc kept = entry(server);
        return kept.get("token").text().or(() -> kept.get("access_token").text());
    }

    /** What is kept for a server: {@code token}, or a pair that is renewed. */
    public Doc entry(String server) {
        return new Doc(tokens.get(server));
    }

    public void set(String server, Map<String, Object> entry) {
        tokens.put(server, entry);
        save();
    }

    /** Runs alone among the processes of this user; waits for them. */
    public static <T extends @Nullable Object> T locked(Path directory, Supplier<T> work) {
        Path file = directory.resolve("credentials.lock");
        try {
            Files.createDirectories(directory);
            try (FileChannel channel = FileChannel.open(
                            file,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    FileLock lock = channel.lock()) {
                if (!lock.isValid()) {
                    throw new IOException("the lock was lost");
                }
                return work.get();
            }
        } catch (IOException e) {
            throw new CliException(
                    CliError.of("failure", 1, "invalid_argument", "cannot lock " + file + ": " + e.getMessage(), null));
        }
    }

    public boolean remove(String server) {
        boolean known = tokens.remove(server) != null;
        if (known) {
            save();
        }
        return known;
    }

    private void save() {
        PrivateFile.write(file, JsonWriter.document(Map.of("servers", tokens)));
    }
}
