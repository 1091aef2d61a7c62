/**
 * The L4 edge: accepts connections, picks a backend by server name or port, relays bytes (ingress.md §1–§8).
 *
 * <p>{@link dev.vt.edge.EdgeMain} is the entry of the role; {@code edge.sniff} and {@code edge.proxy} know bytes,
 * {@code edge.table} knows routes, {@code edge.relay} moves bytes, {@code edge.probe} finds out who
 * answers, {@code edge.plane} follows the servers, {@code edge.observe} tells what happens.
 *
 * <p><b>Architecture Invariant:</b> an edge with a saved table needs no server, to start or to go on (C3, C4).
 */
@NullMarked
package dev.vt.edge;

import org.jspecify.annotations.NullMarked;
