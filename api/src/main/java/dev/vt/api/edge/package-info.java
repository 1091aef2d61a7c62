/** Documents between servers and edges (ingress.md §6); JSON in snake case. */
@NullMarked
package dev.vt.api.edge;

import org.jspecify.annotations.NullMarked;
