package dev.vt.control.release;

import dev.vt.control.http.OrgScope;

/** Asks registries what a reference means. Thread-safe; blocks for network round trips, within bounds. */
@FunctionalInterface
public interface ImageLookup {
    /**
     * @param org whose images the built-in registry may show
     * @param reference with a tag or a digest
     * @throws dev.vt.kernel.ProblemException {@code invalid_argument}, {@code image_not_found}, {@code image_unsupported},
     *     {@code registry_unavailable}
     */
    ReleaseImage resolve(OrgScope org, String reference);
}
