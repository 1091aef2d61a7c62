/** Tests of {@code edge.observe}. */
@NullMarked
package dev.vt.edge.observe;

import org.jspecify.annotations.NullMarked;
