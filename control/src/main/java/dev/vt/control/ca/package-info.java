/**
 * The cluster's certificate authority: one EC P-256 key, made by the first leader, that signs servers, nodes and edges
 * (security.md §4).
 *
 * <pre>
 * side record wrapped_key/ca ── master key ──► CertificateAuthority ──► ServerTls (server certificate, in memory)
 *                                                                 └──► client certificates of nodes and edges, from their CSRs
 * </pre>
 *
 * <p>What servers show is renewed from two thirds of its life on ({@link dev.vt.control.ca.ServerCertificates}); nodes and edges
 * have theirs for 90 days and enrol anew.
 *
 * <p>A node's or edge's identity is the subject of its client certificate: {@code CN} its id, {@code OU} its kind. There is no
 * revocation list: whether a certificate still counts is the member's state and fingerprint in the views (SC-8).
 */
@NullMarked
package dev.vt.control.ca;

import org.jspecify.annotations.NullMarked;
