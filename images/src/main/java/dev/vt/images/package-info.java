/**
 * What the other packages of this module speak about: references, digests, platforms, image configurations,
 * credentials, and the codes for what can go wrong with an image (runtime.md §4).
 *
 * <p>An image is named by people as {@code host/path:tag}. The control plane turns that once into digests
 * ({@code images.client}); nodes pull by digest only, merge the layers in memory ({@code images.layer}) and make one
 * read-only root file system per digest ({@code images.rootfs}). {@code images.registry} is the registry that every
 * server carries, {@code images.layout} writes and reads images on disk.
 *
 * <p><b>Architecture Invariant:</b> no layer is ever unpacked onto the host (RT26), and nothing from an image runs
 * outside a VM.
 */
@NullMarked
package dev.vt.images;

import org.jspecify.annotations.NullMarked;
