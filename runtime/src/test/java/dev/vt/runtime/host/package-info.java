/** Tests. */
@NullUnmarked
package dev.vt.runtime.host;

import org.jspecify.annotations.NullUnmarked;
