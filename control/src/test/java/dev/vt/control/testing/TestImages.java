package dev.vt.control.testing;

import dev.vt.control.http.OrgScope;
import dev.vt.control.release.ImageLookup;
import dev.vt.control.release.ReleaseImage;
import dev.vt.images.ImageConfig;
import dev.vt.kernel.Digests;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A registry in memory: what was put under a tag is there, nothing else is. Thread-safe. */
public final class TestImages implements ImageLookup {
    private final Map<String, ReleaseImage> images = new ConcurrentHashMap<>();

    /** Puts some content under a reference; the same content has the same digest. */
    public String put(String reference, String content) {
        String digest = "sha256:" + Digests.sha256Hex(content.getBytes(StandardCharsets.UTF_8));
        ImageConfig config = new ImageConfig(
                "linux",
                "amd64",
                List.of("/app"),
                List.of(),
                List.of("PATH=/bin"),
                "/",
                null,
                null,
                List.of("8443/tcp"));
        images.put(
                reference,
                new ReleaseImage(
                        digest,
                        List.of(new ReleaseImage.PlatformDigest("linux", "amd64", digest)),
                        Json.toTree(config)));
        return digest;
    }

    @Override
    public ReleaseImage resolve(OrgScope org, String reference) {
        ReleaseImage image = images.get(reference);
        if (image == null) {
            throw new ProblemException(Problem.of(ErrorCode.IMAGE_NOT_FOUND, "there is no image " + reference));
        }
        return image;
    }
}
