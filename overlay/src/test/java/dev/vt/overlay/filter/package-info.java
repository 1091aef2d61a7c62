/** Tests. */
@NullUnmarked
package dev.vt.overlay.filter;

import org.jspecify.annotations.NullUnmarked;
