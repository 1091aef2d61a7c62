/**
 * A node: a host that runs VMs. People decide its state, the monitor detects its health (scheduler.md §2).
 *
 * <pre>
 * state   enrolled → active ⇄ draining → disabled → active;  any → revoked (final)
 * health  offline ⇄ online → suspect (silent 15 s) → offline (silent 60 s)
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> heartbeats are not events (S4): they live in the leader's memory, and only a change of health is
 * appended.
 */
@NullMarked
package dev.vt.control.node;

import org.jspecify.annotations.NullMarked;
