/** Tests. */
@NullUnmarked
package dev.vt.overlay.address;

import org.jspecify.annotations.NullUnmarked;
