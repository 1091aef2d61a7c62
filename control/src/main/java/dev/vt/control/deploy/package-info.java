/**
 * A deploy: bringing a release into an environment (manifest.md, scheduler.md §7). First a plan says what would change; the
 * deploy applies exactly that, in one batch: desired releases, clamped scales and the routes that the manifest manages.
 *
 * <pre>
 * Absent ──Start──► queued ──first pass──► rolling ──► succeeded
 *                     │                      ├──────► failed
 *                     └──── newer deploy ────┴──────► superseded
 * </pre>
 *
 * <p>Pure parts: {@link dev.vt.control.deploy.DeployPlanner} (what differs) and {@link dev.vt.control.deploy.DeployDecider}
 * (whether it may be done). This package makes deploys and supersedes them; their progress is observed by the deploy controller of
 * the placement, which appends through {@link dev.vt.control.deploy.Deploys}.
 *
 * <p>Invariants: a deploy changes what its plan showed, or is refused ({@code plan_stale}); terminal states are final; an
 * environment's secrets gate is open before its first deploy. Volumes are not supported yet and are refused, never ignored.
 */
@NullMarked
package dev.vt.control.deploy;

import org.jspecify.annotations.NullMarked;
