/**
 * From a digest to a file that a VM can boot from: one pull and one build per digest on a node, kept in a
 * content-addressed cache (runtime.md §11, RT28–RT29).
 */
@NullMarked
package dev.vt.images.rootfs;

import org.jspecify.annotations.NullMarked;
