/**
 * Merges the layers of an image without unpacking them (runtime.md RT26, RT27).
 *
 * <pre>
 *   layer blobs ──decompress, hash──► tar spool files     names, modes, offsets ──► merged tree (memory)
 *                                          │                                            │ sorted walk
 *                                          └────────────── file contents ───────────────┴──► one flat tar
 * </pre>
 *
 * <p>Names in a tar stream are bytes. They are kept as strings of one char per byte (ISO 8859-1), so nothing is lost and
 * string order is byte order.
 *
 * <p><b>Architecture Invariant:</b> no name from a layer ever reaches a host file system call. Links and {@code ..} are
 * resolved inside the merged tree, whose root has no parent.
 */
@NullMarked
package dev.vt.images.layer;

import org.jspecify.annotations.NullMarked;
