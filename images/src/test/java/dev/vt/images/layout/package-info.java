/** Tests of {@code images.layout}. */
@NullMarked
package dev.vt.images.layout;

import org.jspecify.annotations.NullMarked;
