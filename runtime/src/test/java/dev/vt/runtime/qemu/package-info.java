/** Tests. */
@NullUnmarked
package dev.vt.runtime.qemu;

import org.jspecify.annotations.NullUnmarked;
