/** Tests of {@code edge.proxy}. */
@NullMarked
package dev.vt.edge.proxy;

import org.jspecify.annotations.NullMarked;
