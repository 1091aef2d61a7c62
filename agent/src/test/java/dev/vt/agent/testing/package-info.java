/** What the agent's tests share: a server that remembers, workloads to run, an agent over a simulated host. */
@NullUnmarked
package dev.vt.agent.testing;

import org.jspecify.annotations.NullUnmarked;
