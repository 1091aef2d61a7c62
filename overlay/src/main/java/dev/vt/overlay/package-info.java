/**
 * The network between nodes (network.md §2, §4, §6). Five packages, each a pure core and a thin shell:
 *
 * <pre>
 * plan (NodeNetwork) ─► mesh    peers, endpoints, echo ─► wireguard  the device, by kernel or wireguard-go
 *                    ├► filter  who may reach whom     ─► nftables, one table replaced at once
 *                    └► name    zone vt.internal       ─► UDP and TCP at S:1::53
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> nothing here talks to a server. What is wanted comes with the node's plan, so that a node
 * keeps its network when no server answers (O9).
 */
@NullMarked
package dev.vt.overlay;

import org.jspecify.annotations.NullMarked;
