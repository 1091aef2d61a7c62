/**
 * Who may do what: tokens to callers, roles to scopes, and the first operator of a cluster.
 *
 * <pre>
 * Authorization: Bearer vt_pat_… ── SHA-256 ─► side record credential ─► tokens, users, org_members ─► Caller
 * </pre>
 *
 * <p>Nothing is cached: every request reads the replicated records, so a revoked token is dead with the commit of its
 * revocation (A17). Passwords are kept for the console's sign-in, which is not here yet.
 */
@NullMarked
package dev.vt.control.auth;

import org.jspecify.annotations.NullMarked;
