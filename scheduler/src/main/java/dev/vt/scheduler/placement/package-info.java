/**
 * One instance, one node: hard filters in a fixed order, then an integer score (scheduler.md §3).
 *
 * <pre>
 * quota, secrets → active → driver, arch, capability → volumes → labels → memory → disk → address → best score
 * </pre>
 *
 * The first filter that leaves no node is the reason code. A {@link dev.vt.scheduler.placement.Placer} lives for one pass
 * and remembers what it gave out, so that two groups of a pass cannot take the same memory, address or quota.
 *
 * <p><b>Architecture Invariant:</b> no floating point, no clock, no iteration over hashed collections.
 */
@NullMarked
package dev.vt.scheduler.placement;

import org.jspecify.annotations.NullMarked;
