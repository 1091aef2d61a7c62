/**
 * How a noun plugs into the control plane, and the two ways it changes state.
 *
 * <pre>
 * Feature ── endpoints ───► http          Mutations:        Call → facts → decide → Draft → append → receipt
 *         ── projections ─► event log     SystemMutations:  reconciler or agent report → Draft → append
 *         ── reconcilers ─► runner        Reconciler:       no input, reads views, plans, acts, reports
 * </pre>
 *
 * <p>A noun's handler describes one attempt as a function of a fresh {@link dev.vt.control.feature.Draft}: read facts, ask the
 * pure decider, put events and preconditions into the draft. {@link dev.vt.control.feature.Mutations} owns everything else:
 * idempotency (A8), {@code If-Match} (A10), retry of lost races (S9), unknown outcomes (A11), receipts (A6). The same attempt
 * may run several times, so it must not act on anything but its draft.
 *
 * <p>Features register in {@code ControlPlane} only and meet each other through facades and events, never through each other's
 * tables.
 */
@NullMarked
package dev.vt.control.feature;

import org.jspecify.annotations.NullMarked;
