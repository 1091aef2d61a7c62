package dev.vt.control.registry;

import dev.vt.images.OciDigest;
import org.jspecify.annotations.Nullable;

/** What happened to a repository. */
sealed interface RepositoryEvent {
    record Created(String path) implements RepositoryEvent {}

    /**
     * There is this manifest, whatever was before; so pushes at the same time need no order.
     *
     * @param tag points at it now; null if no tag was given
     */
    record ManifestPushed(PushedManifest manifest, @Nullable String tag) implements RepositoryEvent {}

    record TagDeleted(String tag) implements RepositoryEvent {}

    /** With all tags that point at it. */
    record ManifestDeleted(OciDigest digest) implements RepositoryEvent {}
}
