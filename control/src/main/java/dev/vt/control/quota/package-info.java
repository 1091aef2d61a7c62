/**
 * Quotas: how much an org may have (scheduler.md §8), and how much it has.
 *
 * <pre>
 * quota.set ─► quotas (org, dimension) ──┐
 * app, env, route, instance, exec        ├─► precondition quota(org, deltas) of the batch that takes more
 *   events ─► quota_usage (org, dim.) ───┘        refused: quota_exceeded, or the group is blocked: org_quota_exceeded:…
 * </pre>
 *
 * <p>The limit is the tier's unless the org has one of its own; the tier {@code unlimited}, which an org has until an operator
 * says otherwise, limits nothing: a small team owns its machines. Usage counts what exists until it is deleted, and every
 * instance until it is reported stopped (K17). The precondition is decided in apply, so that no race passes a limit (K18);
 * lowering a limit stops growth, not what runs. A new noun that counts adds its events to {@code UsageProjection} and the
 * precondition to its creation.
 */
@NullMarked
package dev.vt.control.quota;

import org.jspecify.annotations.NullMarked;
