/** Tests. */
@NullUnmarked
package dev.vt.agent.log;

import org.jspecify.annotations.NullUnmarked;
