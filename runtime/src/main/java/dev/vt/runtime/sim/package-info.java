/**
 * Virtual machines in memory: for tests, simulations and development without QEMU. A {@link dev.vt.runtime.sim.SimHost} is
 * the machine, with its VMs, clock and script of faults; a {@link dev.vt.runtime.sim.SimDriver} is one agent's view of it,
 * so an agent that dies leaves its VMs behind for the next one, as with real ones.
 *
 * <p>Behind each VM's control channel a {@link dev.vt.runtime.sim.SimGuest} speaks the real frames (runtime.md §8) and
 * pretends the rest: it starts a workload that does nothing, answers health probes, echoes exec sessions.
 *
 * <p><b>Architecture Invariant:</b> isolation is {@code none}; placement for tenants never uses this driver.
 */
@NullMarked
package dev.vt.runtime.sim;

import org.jspecify.annotations.NullMarked;
