/** Tests. */
@NullUnmarked
package dev.vt.agent.state;

import org.jspecify.annotations.NullUnmarked;
