/**
 * A route: what an edge accepts (a hostname by SNI, or a whole port) and where it leads in an environment (ingress.md §1).
 *
 * <pre>
 * Absent ──Create──► Live ──Delete──► Gone
 *    └──Create, unproven──► Pending ──Verify──► Live
 *                              └──Delete──► Gone        Update leaves Live and Pending what they are
 * </pre>
 *
 * <p>Made by hand ({@code managed_by=api}) or by the deploy of a manifest ({@code manifest}), which makes its own equal to the
 * list and never touches the others (manifest.md M2).
 *
 * <p>A pending route is in no edge's table (R2).
 *
 * <p>Invariants, each held by a claim of the log: a hostname belongs to one environment (R2); one route per hostname and port; a
 * raw port has one route and no other kind beside it (R3). A hostname or a port is free again when its last route goes, the
 * hostname only for its org at first ({@code control.hostname}, ADR 51); the counts that say so are rows of this package's
 * views, compared when the batch is applied.
 *
 * <p>A route does not know whether anything answers behind it: that is the endpoint's business.
 */
@NullMarked
package dev.vt.control.route;

import org.jspecify.annotations.NullMarked;
