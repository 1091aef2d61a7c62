/** Tests. */
@NullUnmarked
package dev.vt.agent.actor;

import org.jspecify.annotations.NullUnmarked;
