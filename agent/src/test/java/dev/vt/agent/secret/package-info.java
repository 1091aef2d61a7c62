/** Tests. */
@NullUnmarked
package dev.vt.agent.secret;

import org.jspecify.annotations.NullUnmarked;
