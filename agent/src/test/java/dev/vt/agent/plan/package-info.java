/** Tests. */
@NullUnmarked
package dev.vt.agent.plan;

import org.jspecify.annotations.NullUnmarked;
