/**
 * A release: an image pinned by digest and a manifest, together immutable (DECISIONS 2). It belongs to an app and fits all its
 * environments; a deploy brings it into one.
 *
 * <pre>
 * Absent ──Create──► Released
 * </pre>
 *
 * <p>Invariants: numbers of an app have no holes; an app has one release per (image digest, manifest hash), so creating it again
 * answers the one that is there. A release is never changed or deleted: rollbacks need it.
 *
 * <p>The tag is resolved here, once, by {@link dev.vt.control.release.ImageLookup}; what a tag points at later does not matter.
 */
@NullMarked
package dev.vt.control.release;

import org.jspecify.annotations.NullMarked;
