/** Tests of {@code edge.table}. */
@NullMarked
package dev.vt.edge.table;

import org.jspecify.annotations.NullMarked;
