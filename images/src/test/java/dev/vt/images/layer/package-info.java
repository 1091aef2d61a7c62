/** Tests of {@code images.layer}. */
@NullMarked
package dev.vt.images.layer;

import org.jspecify.annotations.NullMarked;
