/** Tests. */
@NullUnmarked
package dev.vt.agent.network;

import org.jspecify.annotations.NullUnmarked;
