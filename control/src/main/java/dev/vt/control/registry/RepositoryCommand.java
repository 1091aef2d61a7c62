package dev.vt.control.registry;

import dev.vt.images.OciDigest;
import org.jspecify.annotations.Nullable;

/** What may be asked of a repository; names and parts are checked already. */
sealed interface RepositoryCommand {
    /** @param tag null if the manifest was pushed by its digest */
    record Push(
            String path, PushedManifest manifest, @Nullable String tag) implements RepositoryCommand {}

    record DeleteTag(String tag) implements RepositoryCommand {}

    record DeleteManifest(OciDigest digest) implements RepositoryCommand {}
}
