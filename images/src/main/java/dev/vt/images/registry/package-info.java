/**
 * The registry that every server carries, so that nobody needs another one: the OCI distribution protocol, version 2,
 * below {@code /v2/}, over a content-addressed store on disk.
 *
 * <p>Blobs are shared between repositories on disk but not between callers: a blob is visible in a repository only after
 * it was uploaded to it, or mounted from one that the caller may read.
 */
@NullMarked
package dev.vt.images.registry;

import org.jspecify.annotations.NullMarked;
