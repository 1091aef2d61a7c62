/** Documents between servers and agents (runtime.md §2); JSON in snake case, hashed in RFC 8785 form. */
@NullMarked
package dev.vt.api.node;

import org.jspecify.annotations.NullMarked;
