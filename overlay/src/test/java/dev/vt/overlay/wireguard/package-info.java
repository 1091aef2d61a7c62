/** Tests. */
@NullUnmarked
package dev.vt.overlay.wireguard;

import org.jspecify.annotations.NullUnmarked;
