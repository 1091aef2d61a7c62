/**
 * A service principal: a program's identity in an org, with scopes of its own and no person behind it (A20).
 *
 * <pre>
 * Absent ──Create──► Live ──SetScopes, Rotate──► Live ──Delete──► Gone
 *
 * POST /v1/auth/token {client_id, client_secret} ── Argon2id ─► access token, 15 min, no refresh
 * </pre>
 *
 * <p>Invariants: its scopes are among those of whoever made it; only an operator gives it scopes of the cluster. Its
 * {@code resource} binds it to a part of the org. After a rotation the old secret works on for at most a day. Every token it
 * gets is cut to the scopes it has at that moment, so a change counts at once. Hashes of secrets are in the side record
 * {@code credential} under {@code client:<client id>}.
 */
@NullMarked
package dev.vt.control.principal;

import org.jspecify.annotations.NullMarked;
