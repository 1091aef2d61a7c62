/**
 * What runs where: groups (process types of environments), their instances, and the two controllers that move them.
 *
 * <pre>
 * env.*, release.*, secret_bundle.*, node.* ──► groups, env_placement, node_reservations
 *                                                 │
 *                        SchedulerReconciler: SnapshotReader → scheduler.Planner → one batch per group
 *                                                 │ instance.allocated, instance.desired_state_changed
 *            NodePlans (what a node should run) ◄─┴─► instances_desired, instances_status, ipam, route_backends
 *                  │                                        ▲
 *                agent ──── Instances.report ── instance.status_changed
 *                                                 │
 *                        DeployController: groups → deploy.status_changed
 * </pre>
 *
 * <p>An instance is desired {@code running → draining → stopped} and reported {@code allocated → booting ⇄ ready → … →
 * stopped}; {@code stopped} is final in both. What it runs never changes (scheduler.md K2): everything that decides it is in
 * {@code instance.allocated} or named by it.
 *
 * <p><b>Architecture Invariant:</b> the planner decides, this package reads and appends; nothing is remembered between passes.
 * <b>Architecture Invariant:</b> every batch of a pass names the {@code groups} row it was planned from, so a stale pass is
 * rejected whole.
 */
@NullMarked
package dev.vt.control.placement;

import org.jspecify.annotations.NullMarked;
