/** Files that hold the agent's state: whole or absent after a crash, never half (RT9). */
@NullMarked
package dev.vt.agent.state;

import org.jspecify.annotations.NullMarked;
