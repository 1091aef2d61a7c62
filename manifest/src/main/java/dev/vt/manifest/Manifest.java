package dev.vt.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Digests;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A valid manifest in normalized form (manifest.md M6). Immutable. */
public final class Manifest {
    private final ObjectNode normalized;

    private Manifest(ObjectNode normalized) {
        this.normalized = normalized;
    }

    static Manifest of(ObjectNode normalized) {
        return new Manifest(normalized);
    }

    /** A manifest from the normalized JSON of a {@code release.created} event, which was validated when it was made. */
    public static Manifest ofNormalized(JsonNode normalized) {
        return new Manifest(Normalizer.complete(normalized.deepCopy()));
    }

    /** A copy of the normalized JSON. */
    public ObjectNode normalized() {
        return normalized.deepCopy();
    }

    public String schemaVersion() {
        return normalized.path("schema_version").asText();
    }

    /** {@code sha256:} and the hash of the normalized JSON without {@code app} and {@code image.ref} (M7). */
    public String hash() {
        return hashOf(normalized);
    }

    static String hashOf(ObjectNode document) {
        ObjectNode hashed = document.deepCopy();
        hashed.remove("app");
        hashed.withObject("/image").remove("ref");
        return Digests.ofJson(hashed);
    }

    public Optional<String> imageRef() {
        return text("image", "ref");
    }

    public Optional<String> appName() {
        return text("app", "name");
    }

    public Optional<String> projectName() {
        return text("app", "project");
    }

    public List<String> processNames() {
        List<String> names = new ArrayList<>();
        normalized.path("processes").fieldNames().forEachRemaining(names::add);
        return names.stream().sorted().toList();
    }

    /** The environments that have a section of their own; others have the document as it stands. */
    public List<String> environments() {
        List<String> names = new ArrayList<>();
        normalized.path(Overrides.ENVIRONMENTS).fieldNames().forEachRemaining(names::add);
        return names.stream().sorted().toList();
    }

    /** What holds in an environment of this name (M8). */
    public EffectiveManifest effective(String environment) {
        return EffectiveManifest.of(Normalizer.complete(Overrides.merge(normalized, environment)));
    }

    private Optional<String> text(String table, String key) {
        JsonNode value = normalized.path(table).path(key);
        return value.isTextual() ? Optional.of(value.asText()) : Optional.empty();
    }
}
