/** Tests of the control channel: against the real init as a plain process, and against scripted and hostile guests. */
@NullMarked
package dev.vt.runtime.channel;

import org.jspecify.annotations.NullMarked;
