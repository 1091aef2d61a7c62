/** Tests of the value types. */
@NullMarked
package dev.vt.images;

import org.jspecify.annotations.NullMarked;
