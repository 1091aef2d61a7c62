/** Tests of {@code edge.relay}. */
@NullMarked
package dev.vt.edge.relay;

import org.jspecify.annotations.NullMarked;
