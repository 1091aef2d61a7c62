package dev.vt.cli.config;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonReader;
import dev.vt.cli.json.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** {@code credentials.json}: one token per server, mode 0600, refused if others can read it (C13). */
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

    public Optional<String> token(String server) {
        return new Doc(tokens.get(server)).get("token").text();
    }

    public void set(String server, String token) {
        tokens.put(server, Map.of("token", token));
        save();
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
