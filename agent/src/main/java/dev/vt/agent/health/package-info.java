/** Probes from the node to a workload's overlay address (RT30). */
@NullMarked
package dev.vt.agent.health;

import org.jspecify.annotations.NullMarked;
