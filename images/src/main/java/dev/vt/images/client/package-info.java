/**
 * Speaks to registries: resolves a tag to digests, pulls manifests and blobs by digest, pushes a local image.
 *
 * <p>Everything is verified while it streams: size and digest of manifests, configurations and blobs. Credentials go to
 * the registry host and the token service it names, and are dropped when a redirect leads to another host. Plain HTTP is
 * spoken only with listed registries.
 */
@NullMarked
package dev.vt.images.client;

import org.jspecify.annotations.NullMarked;
