/** Tests. */
@NullUnmarked
package dev.vt.agent.health;

import org.jspecify.annotations.NullUnmarked;
