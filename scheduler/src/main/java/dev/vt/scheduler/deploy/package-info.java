/** What becomes of a deploy (scheduler.md §7): its state follows from its groups, and terminal states are final. */
@NullMarked
package dev.vt.scheduler.deploy;

import org.jspecify.annotations.NullMarked;
