/**
 * The host's side of a VM's network (network.md §3, W1–W2): one tap per VM with {@code fe80::1/64}, a /128 route and a
 * permanent neighbour entry. Nothing is learned from a guest.
 */
@NullMarked
package dev.vt.agent.network;

import org.jspecify.annotations.NullMarked;
