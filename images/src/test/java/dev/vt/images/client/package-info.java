/** Tests of {@code images.client}. */
@NullMarked
package dev.vt.images.client;

import org.jspecify.annotations.NullMarked;
