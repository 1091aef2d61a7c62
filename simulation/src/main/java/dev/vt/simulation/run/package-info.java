/**
 * One run: a cluster of real servers, clients, faults from a seed, then calm and a verdict.
 *
 * <pre>
 * Cluster.found ── Workload.start ── Injector: step, heal, agree; step, heal, agree; … ── Workload.stop ── Judge
 * </pre>
 *
 * <p>Whatever a run finds is a finding: nothing is tried again to make it go away.
 */
@NullMarked
package dev.vt.simulation.run;

import org.jspecify.annotations.NullMarked;
