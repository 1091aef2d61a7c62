package dev.vt.cli.work;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
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

    @Option(names = "--image", paramLabel = "REF", description = "wins over image.ref of the manifest")
    private @Nullable String image;

    @Option(names = "--release", paramLabel = "ID", description = "a release made earlier, id or number")
    private @Nullable String release;

    /** The body of {@code POST plan} that names this source without creating anything. */
    Map<String, Object> planBody(Session session) throws IOException {
        return release == null
                ? manifestBody(session)
                : Map.of("release_id", release(session).str("id"));
    }

    /** The release, created if the image and manifest are new; also validates the manifest first. */
    Doc release(Session session) throws IOException {
        String releases =
                session.target().orgPath() + "/apps/" + session.target().app().str("id") + "/releases";
        if (release != null) {
            for (Doc item : session.api().list(releases, "listing releases")) {
                if (item.str("id").equals(release) || item.str("number").equals(release.replaceFirst("^v", ""))) {
                    return item;
                }
            }
            throw new CliException(CliError.of(
                    "not_found", 4, "not_found", "there is no release '" + release + "'", "vt releases list"));
        }
        Doc answer = session.api()
                .mutate(
                        "POST",
                        releases,
                        manifestBody(session),
                        session.idempotencyKey("release"),
                        "creating a release");
        return answer.get("resource");
    }

    Map<String, Object> manifestBody(Session session) throws IOException {
        ManifestFile file = ManifestFile.read(session, manifest);
        String ref = image == null ? file.imageRef() : image;
        if (ref.isEmpty()) {
            throw new CliException(CliError.usage(
                    "invalid_argument", "no image: the manifest has no image.ref", "add --image REFERENCE"));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("image_ref", ref);
        body.put("manifest", file.text());
        return body;
    }
}
