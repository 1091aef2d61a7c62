/**
 * The cluster's certificate authority: one EC P-256 key, made when the cluster is created, that signs servers, nodes and edges
 * (security.md §4).
 *
 * <p>A node's or edge's identity is the subject of its client certificate: {@code CN} its id, {@code OU} its kind. The private key
 * lies in a 0600 file of the server's data directory; with several servers it moves into a wrapped side record.
 */
@NullMarked
package dev.vt.control.ca;

import org.jspecify.annotations.NullMarked;
