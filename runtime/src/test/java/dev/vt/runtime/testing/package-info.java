/** Tests. */
@NullUnmarked
package dev.vt.runtime.testing;

import org.jspecify.annotations.NullUnmarked;
