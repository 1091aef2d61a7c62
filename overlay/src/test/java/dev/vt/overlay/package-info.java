/** Tests. */
@NullUnmarked
package dev.vt.overlay;

import org.jspecify.annotations.NullUnmarked;
