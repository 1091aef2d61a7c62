package dev.vt.cli.local;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.manifest.Finding;
import dev.vt.manifest.Manifest;
import dev.vt.manifest.ManifestResult;
import dev.vt.manifest.Manifests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A valid manifest: its text as it goes to the server, and what it says. */
public record ManifestFile(Path path, String text, Manifest manifest, List<Finding> warnings) {

    public ManifestFile {
        warnings = List.copyOf(warnings);
    }

    /**
     * @param given the {@code --manifest} flag, or null for {@code vt.toml}
     * @throws CliException {@code manifest_not_found}, or {@code manifest_invalid} with every error
     */
    public static ManifestFile read(Session session, @Nullable String given) throws IOException {
        Path path = locate(session, given);
        byte[] bytes = Files.readAllBytes(path);
        return switch (Manifests.read(bytes)) {
            case ManifestResult.Valid(Manifest manifest, List<Finding> warnings) -> {
                warnings.forEach(warning -> session.err().println("warning: " + line(path, warning)));
                yield new ManifestFile(path, new String(bytes, StandardCharsets.UTF_8), manifest, warnings);
            }
            case ManifestResult.Invalid(List<Finding> errors, List<Finding> warnings) -> throw invalid(path, errors);
        };
    }

    public static Path locate(Session session, @Nullable String given) {
        Path path = session.shell().workingDirectory().resolve(given == null ? "vt.toml" : given);
        if (!Files.isRegularFile(path)) {
            throw new CliException(CliError.usage(
                    "manifest_not_found",
                    "there is no manifest " + path.getFileName() + " here",
                    "vt launch --image REFERENCE --name APP"));
        }
        return path;
    }

    public String imageRef() {
        return manifest.imageRef().orElse("");
    }

    /** {@code vt.toml:12:3 E_UNKNOWN_KEY procceses: unknown key (did you mean 'processes'?)}. */
    public static String line(Path path, Finding finding) {
        return path.getFileName() + ":" + finding.line() + ":" + finding.column() + " " + finding.code() + " "
                + (finding.path().isEmpty() ? "" : finding.path() + ": ") + finding.message()
                + (finding.nearest() == null ? "" : " (did you mean '" + finding.nearest() + "'?)");
    }

    static CliException invalid(Path path, List<Finding> errors) {
        List<Object> list = new ArrayList<>();
        for (Finding finding : errors) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("file", String.valueOf(path.getFileName()));
            error.put("code", finding.code().name());
            error.put("path", finding.path());
            error.put("line", (long) finding.line());
            error.put("column", (long) finding.column());
            error.put("message", finding.message());
            if (finding.nearest() != null) {
                error.put("nearest", finding.nearest());
            }
            list.add(error);
        }
        int count = errors.size();
        CliError error = CliError.usage(
                "manifest_invalid",
                path.getFileName() + " has " + count + (count == 1 ? " error" : " errors"),
                "correct the lines above, then: vt manifest validate");
        return new CliException(error.withDetails(new Doc(Map.of("errors", list))));
    }
}
