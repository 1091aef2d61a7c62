package dev.vt.control.release;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What an image reference meant when a release was made.
 *
 * @param digest what the tag named: an index, or the one manifest
 * @param platforms per platform the manifest that nodes pull; never empty
 * @param config how the image runs: entrypoint, cmd, env, working_dir, user, stop_signal, exposed_ports
 */
public record ReleaseImage(String digest, List<PlatformDigest> platforms, JsonNode config) {
    public ReleaseImage {
        platforms = List.copyOf(platforms);
    }

    /** @param arch as OCI names it, for example {@code amd64} */
    public record PlatformDigest(String os, String arch, String digest) {}
}
