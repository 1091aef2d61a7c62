/** Tests. */
@NullUnmarked
package dev.vt.overlay.name;

import org.jspecify.annotations.NullUnmarked;
