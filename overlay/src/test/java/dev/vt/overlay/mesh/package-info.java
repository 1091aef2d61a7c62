/** Tests. */
@NullUnmarked
package dev.vt.overlay.mesh;

import org.jspecify.annotations.NullUnmarked;
