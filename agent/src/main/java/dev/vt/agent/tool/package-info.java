/** Programs of the host that the agent runs: bounded in time, output kept for the error. */
@NullMarked
package dev.vt.agent.tool;

import org.jspecify.annotations.NullMarked;
