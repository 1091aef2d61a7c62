package dev.vt.cli.local;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;

/** The manifest of a command: its bytes as they go to the server, and the image it names. */
public record ManifestFile(Path path, String text, String imageRef) {

    /** @param given the {@code --manifest} flag, or null for {@code vt.toml} */
    public static ManifestFile read(Session session, @Nullable String given) throws IOException {
        Path path = session.shell().workingDirectory().resolve(given == null ? "vt.toml" : given);
        if (!Files.isRegularFile(path)) {
            throw new CliException(CliError.usage(
                    "manifest_not_found",
                    "there is no manifest " + path.getFileName() + " here",
                    "vt launch --image REFERENCE --name APP"));
        }
        String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        Object ref = Toml.parse(text).get("image.ref");
        return new ManifestFile(path, text, ref instanceof String reference ? reference : "");
    }
}
