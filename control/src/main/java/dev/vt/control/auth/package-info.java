/**
 * Who may do what: credentials to callers, roles to scopes, and the one gate of the HTTP API.
 *
 * <pre>
 * Authorization: Bearer vt_… ─┐                                     ┌─ Rights: role ∩ token scopes ∩ resource
 * Cookie __Host-vt_session ───┴─ SHA-256 ─► side record credential ─┤
 *                                           tokens, users,          ├─ Sensitive: audited, step-up, owners only, If-Match
 *                                           org_members, principals └─ RateLimiter: per org and subject, per address
 * </pre>
 *
 * <p>Nothing about a caller is cached: every request reads the replicated records, so a revoked token is dead with the commit of
 * its revocation (A17). Default is refusal; an id below an org is looked up before anything else, and unknown and foreign are one
 * answer (A3). Endpoints say who may call them ({@code http.Access}); what is more sensitive is a row of {@link
 * dev.vt.control.auth.Sensitive}, and a mutation that is named there and does not record itself is not committed. Rates are in
 * memory (S4).
 */
@NullMarked
package dev.vt.control.auth;

import org.jspecify.annotations.NullMarked;
