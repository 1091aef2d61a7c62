/** Tests of {@code edge.probe}. */
@NullMarked
package dev.vt.edge.probe;

import org.jspecify.annotations.NullMarked;
