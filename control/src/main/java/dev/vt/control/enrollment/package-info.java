/**
 * How a machine becomes a node or an edge (security.md §4): an operator makes a single-use token, the machine makes its key and
 * trades token and certificate request for an identity.
 *
 * <pre>
 * POST /v1/enrollment-tokens ─► open ─► consumed (with node.enrolled or edge.enrolled, in one batch)
 *                                  └──► revoked
 * Enrollment.Enroll (gRPC, no client certificate) ─► Enroller ─► certificate, CA, id, overlay address and block
 * Enrollment.Renew  (the same)                    ─► Renewer ─► next certificate, with node. or edge.certificate_renewed
 * </pre>
 *
 * <p>Whether a token is still open is decided by the log: its consumption expects the sequence that was read, so of two machines
 * with one token exactly one gets in. Expiry is compared with the proposer's clock. Only the token's SHA-256 is kept.
 */
@NullMarked
package dev.vt.control.enrollment;

import org.jspecify.annotations.NullMarked;
