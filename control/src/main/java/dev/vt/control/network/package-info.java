/**
 * What each node must know of the network (network.md §2, §4, §6): its peers, the environments of its instances, the ports that
 * routes target. Nothing here is stored: it follows from nodes, instances and routes, and travels in the node plan.
 *
 * <pre>
 * NodeNetworks: one snapshot of the views ─► NetworkFacts ─► NetworkPlanner, pure ─► NodeNetwork ─► plan of the node
 * </pre>
 *
 * <p>Every instance has an address of its own node's block (A5), so a node's block and its own address are all that its peers
 * need to know of it (O4).
 */
@NullMarked
package dev.vt.control.network;

import org.jspecify.annotations.NullMarked;
