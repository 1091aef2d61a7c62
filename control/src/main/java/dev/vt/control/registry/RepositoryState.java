package dev.vt.control.registry;

import dev.vt.images.OciDigest;
import java.util.Map;

/** What a repository is, by its events; a decision needs only the manifest and the tag that it is about. */
sealed interface RepositoryState {
    record Absent() implements RepositoryState {}

    /**
     * @param manifests that are not deleted
     * @param tags each points at one of the manifests
     */
    record Present(Map<OciDigest, PushedManifest> manifests, Map<String, OciDigest> tags) implements RepositoryState {
        public Present {
            manifests = Map.copyOf(manifests);
            tags = Map.copyOf(tags);
        }
    }
}
