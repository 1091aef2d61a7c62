/**
 * The log as clients read it: pages by cursor and streams, one sequence for both (S26). A tenant's view is forced to its org
 * (S29); operators may read all.
 */
@NullMarked
package dev.vt.control.event;

import org.jspecify.annotations.NullMarked;
