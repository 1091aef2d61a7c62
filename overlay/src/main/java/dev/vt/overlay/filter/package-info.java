/**
 * Who may reach whom (network.md §3 W3, §4): one table of nftables per node, made of the node's plan and replaced in one
 * transaction, and the same rules as a function, so that a question about a path has one answer.
 *
 * <pre>
 * from a tap ─► table netdev vt_guard, a chain per tap: only the instance's own addresses pass (W3)
 *            ─► table inet vt_…: chain forward ─► towards an instance: chain to_ENV   P1 P2 P3 P4 P8
 *                                          └─► away from an instance: chain from_ENV P1 P2 P5 P8, then egress
 *                              chain input: from instances only name queries and neighbour discovery (P5, P6)
 * </pre>
 *
 * <p>An edge's source address is its host's, in {@code S:0::/80}; only hosts have those (W4), so "edge" is that range
 * ({@code docs/adr/0040-a-host-has-one-overlay-address.md}).
 */
@NullMarked
package dev.vt.overlay.filter;

import org.jspecify.annotations.NullMarked;
