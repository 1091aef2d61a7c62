/**
 * The node plan (runtime.md §2): which one counts, what it changes, and where it is kept so that a node works without servers.
 */
@NullMarked
package dev.vt.agent.plan;

import org.jspecify.annotations.NullMarked;
