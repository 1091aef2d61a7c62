package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.Target;
import dev.vt.cli.json.Doc;
import dev.vt.cli.local.ManifestFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What to deploy: a known release, or a manifest and an image. */
public final class ReleaseSource {
    @Option(names = "--manifest", paramLabel = "FILE", description = "default vt.toml")
    private @Nullable String manifest;

    @Option(names = "--image", paramLabel = "REF", description = "tag or digest; wins over image.ref of the manifest")
    private @Nullable String image;

    @Option(names = "--release", paramLabel = "RELEASE", description = "a release made earlier: id or number")
    private @Nullable String release;

    private @Nullable ManifestFile file;

    /** For {@code releases promote}, which names the release in another way. */
    static ReleaseSource ofRelease(String release) {
        ReleaseSource source = new ReleaseSource();
        source.release = release;
        return source;
    }

    /** For {@code releases create}. */
    static ReleaseSource ofManifest(@Nullable String manifest, @Nullable String image) {
        ReleaseSource source = new ReleaseSource();
        source.manifest = manifest;
        source.image = image;
        return source;
    }

    /** Reads and validates what is on this machine, before anything is asked of the server. */
    void check(Session session) throws IOException {
        if (release != null && (manifest != null || image != null)) {
            throw new CliException(CliError.usage(
                    "invalid_argument",
                    "--release names the image and the manifest already",
                    "leave out --image and --manifest"));
        }
        if (release == null) {
            imageRef(session);
        }
    }

    /** The body of {@code POST plan} that names this source without creating anything. */
    Map<String, Object> planBody(Session session) throws IOException {
        return release == null
                ? manifestBody(session)
                : Map.of("release_id", release(session).str("id"));
    }

    /** The release, created if image and manifest are new. */
    Doc release(Session session) throws IOException {
        if (release != null) {
            return find(session, release);
        }
        return create(session, session.idempotencyKey("release")).get("resource");
    }

    /** The whole answer of the server, with its receipt. */
    Doc create(Session session, String key) throws IOException {
        return session.api().mutate("POST", releases(session), manifestBody(session), key, "creating a release");
    }

    /** @param wanted id or number */
    static Doc find(Session session, String wanted) {
        if (Target.isId(wanted)) {
            return session.api().get(session.target().orgPath() + "/releases/" + wanted, "reading release " + wanted);
        }
        String number = wanted.replaceFirst("^v", "");
        return session.api().list(releases(session), "listing releases").stream()
                .filter(item -> item.str("number").equals(number))
                .findFirst()
                .orElseThrow(() -> new CliException(CliError.of(
                        "not_found", 4, "not_found", "there is no release '" + wanted + "'", "vt releases list")));
    }

    private static String releases(Session session) {
        return session.target().orgPath() + "/apps/" + session.target().app().str("id") + "/releases";
    }

    /** The manifest as this machine has it; null with {@code --release}. */
    @Nullable
    ManifestFile file(Session session) throws IOException {
        if (file == null && release == null) {
            file = ManifestFile.read(session, manifest);
        }
        return file;
    }

    private String imageRef(Session session) throws IOException {
        ManifestFile read = file(session);
        String ref = image != null ? image : read == null ? "" : read.imageRef();
        if (ref.isEmpty()) {
            throw new CliException(CliError.usage(
                    "invalid_argument", "no image: the manifest has no image.ref", "add --image REFERENCE"));
        }
        return ref;
    }

    private Map<String, Object> manifestBody(Session session) throws IOException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("image_ref", imageRef(session));
        ManifestFile read = file(session);
        body.put("manifest", read == null ? "" : read.text());
        return body;
    }
}
