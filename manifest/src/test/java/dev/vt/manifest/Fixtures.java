package dev.vt.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The manifests under {@code src/test/resources}. */
final class Fixtures {
    private static final Path ROOT = Path.of(System.getProperty("vt.root", ".."), "manifest/src/test/resources");

    private Fixtures() {}

    static List<Path> accepted() {
        return files("accepted");
    }

    static List<Path> rejected() {
        return files("rejected");
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] accepted(String name) {
        return bytes(ROOT.resolve("accepted").resolve(name + ".toml"));
    }

    static Manifest valid(String toml) {
        return valid(toml.getBytes(StandardCharsets.UTF_8));
    }

    static Manifest valid(byte[] toml) {
        return switch (Manifests.read(toml)) {
            case ManifestResult.Valid valid -> valid.manifest();
            case ManifestResult.Invalid invalid ->
                throw new AssertionError(invalid.errors() + "\n" + new String(toml, StandardCharsets.UTF_8));
        };
    }

    static List<Finding> errors(byte[] toml) {
        return Manifests.read(toml) instanceof ManifestResult.Invalid invalid ? invalid.errors() : List.of();
    }

    static List<Finding> errors(String toml) {
        return errors(toml.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Path> files(String directory) {
        try (Stream<Path> files = Files.list(ROOT.resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(".toml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
