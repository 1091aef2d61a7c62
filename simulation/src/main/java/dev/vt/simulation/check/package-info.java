/**
 * Pure: histories and logs in, violations out. Nothing here waits, asks or retries, so that a saved history can be judged again.
 *
 * <ul>
 *   <li>{@link dev.vt.simulation.check.Linearizability}: registers, as if each call took effect at one moment (cluster.md V11)
 *   <li>{@link dev.vt.simulation.check.Sessions}: what a client has seen, it never sees undone (state.md S16)
 *   <li>{@link dev.vt.simulation.check.SetCheck}: what was acknowledged is there once (V2, V10)
 *   <li>{@link dev.vt.simulation.check.LogCheck}: every server has the same events, and views that replay gives (S13, S19)
 * </ul>
 *
 * <p>Each has tests with histories that must fail: a checker that cannot fail proves nothing.
 */
@NullMarked
package dev.vt.simulation.check;

import org.jspecify.annotations.NullMarked;
