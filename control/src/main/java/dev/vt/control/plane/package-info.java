/**
 * The node and edge planes: the gRPC port that agents and edges dial with client certificates (runtime.md RT4).
 *
 * <pre>
 * TLS 1.3 ─► Peers (kind, member, fingerprint) ─► NodePlaneService ─► NodeStreams ─► NodeStream ─► heartbeats, statuses
 *                                              └► EdgePlaneService ─► EdgeStreams        Outlet ◄─ LogTail: a newer snapshot is due
 *         without certificate ─► EnrollmentService ─► enrollment.Enroller, enrollment.Renewer
 *         with a bearer token ─► services of control.rpc
 * </pre>
 *
 * <p>A plan or a table is always whole. It is built when the stream can take it, after the head was read, so its cursor never
 * promises more than it holds; one that says what the last one said is not sent. A member that is revoked loses its streams with
 * the event that revokes it.
 *
 * <p><b>Architecture Invariant:</b> decides nothing; hands what arrives to the nouns and sends what they want sent.
 */
@NullMarked
package dev.vt.control.plane;

import org.jspecify.annotations.NullMarked;
