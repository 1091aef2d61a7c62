/** Tests of {@code images.rootfs}. */
@NullMarked
package dev.vt.images.rootfs;

import org.jspecify.annotations.NullMarked;
