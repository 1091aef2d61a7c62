/** Tests. */
@NullUnmarked
package dev.vt.agent.instance;

import org.jspecify.annotations.NullUnmarked;
