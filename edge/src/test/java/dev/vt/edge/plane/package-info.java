/** Tests of {@code edge.plane}. */
@NullMarked
package dev.vt.edge.plane;

import org.jspecify.annotations.NullMarked;
