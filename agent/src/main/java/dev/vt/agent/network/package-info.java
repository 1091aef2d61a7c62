/**
 * The host's side of a VM's network (network.md §3, W1–W2): one tap per VM with {@code fe80::1/64}, a /128 route and a
 * permanent neighbour entry. Nothing is learned from a guest. And the host's part in the network between nodes: {@link
 * dev.vt.agent.network.HostNetwork} brings filter, names and mesh of {@code dev.vt.overlay} to what the plan wants.
 */
@NullMarked
package dev.vt.agent.network;

import org.jspecify.annotations.NullMarked;
