/** Tests of {@code edge.sniff}. */
@NullMarked
package dev.vt.edge.sniff;

import org.jspecify.annotations.NullMarked;
