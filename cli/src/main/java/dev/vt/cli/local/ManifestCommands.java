package dev.vt.cli.local;

import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Json;
import dev.vt.manifest.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt manifest …}: everything about vt.toml that needs no server. */
public final class ManifestCommands {
    private ManifestCommands() {}

    @Command(name = "validate", description = "check the manifest and report every error")
    public static final class Validate extends VtCommand {
        @Option(names = "--manifest", paramLabel = "FILE", description = "default vt.toml")
        private @Nullable String manifest;

        @Override
        protected int run(Session session) throws IOException {
            ManifestFile file = ManifestFile.read(session, manifest);
            if (session.globals().isJson()) {
                session.print(
                        "vt.manifest/v1",
                        "item",
                        Map.of(
                                "hash",
                                file.manifest().hash(),
                                "processes",
                                file.manifest().processNames(),
                                "warnings",
                                file.warnings().size()));
            } else {
                session.out()
                        .println("OK    " + file.path().getFileName() + " is valid, "
                                + file.manifest().hash());
            }
            return 0;
        }
    }

    @Command(
            name = "show",
            description = "print the manifest with all defaults, as JSON; with --env as that environment has it")
    public static final class Show extends VtCommand {
        @Option(names = "--manifest", paramLabel = "FILE", description = "default vt.toml")
        private @Nullable String manifest;

        @Override
        protected int run(Session session) throws IOException {
            ManifestFile file = ManifestFile.read(session, manifest);
            String environment = session.globals().env;
            Object shown = environment == null
                    ? file.manifest().normalized()
                    : file.manifest().effective(environment).processes();
            session.out().println(CanonicalJson.text(Json.toTree(shown)));
            return 0;
        }
    }

    @Command(name = "fmt", description = "rewrite the manifest in the usual order, comments kept")
    public static final class Format extends VtCommand {
        @Option(names = "--manifest", paramLabel = "FILE", description = "default vt.toml")
        private @Nullable String manifest;

        @Option(names = "--check", description = "change nothing; exit 10 if it would change")
        private boolean check;

        @Override
        protected int run(Session session) throws IOException {
            Path path = ManifestFile.locate(session, manifest);
            byte[] before = Files.readAllBytes(path);
            return switch (Manifests.format(before)) {
                case Manifests.FormatResult.Invalid(var errors) -> throw ManifestFile.invalid(path, errors);
                case Manifests.FormatResult.Formatted(String text) -> {
                    boolean same = text.equals(new String(before, java.nio.charset.StandardCharsets.UTF_8));
                    if (!same && !check) {
                        Files.writeString(path, text);
                    }
                    session.out()
                            .println(same ? "SAME  " + path.getFileName() : "OK    formatted " + path.getFileName());
                    yield !same && check ? 10 : 0;
                }
            };
        }
    }

    @Command(name = "schema", description = "print the JSON Schema of the manifest, for editors")
    public static final class Schema extends VtCommand {
        @Override
        protected int run(Session session) {
            session.out().print(Manifests.jsonSchema());
            return 0;
        }
    }
}
