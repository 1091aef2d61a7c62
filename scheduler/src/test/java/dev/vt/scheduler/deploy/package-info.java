/** The table of deploy states. */
@NullMarked
package dev.vt.scheduler.deploy;

import org.jspecify.annotations.NullMarked;
