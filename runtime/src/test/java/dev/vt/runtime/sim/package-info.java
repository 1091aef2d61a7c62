/** Tests. */
@NullUnmarked
package dev.vt.runtime.sim;

import org.jspecify.annotations.NullUnmarked;
