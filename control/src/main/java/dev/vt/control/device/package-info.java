/**
 * How a program signs in for a person (A18, A19): it shows a code, the person approves it on a page, the program gets a pair of
 * tokens and renews them.
 *
 * <pre>
 * start ─► vt_dc_… and XXXX-XXXX ─► /device (sign in, see client, address, scopes) ─► approve or deny
 *   └─ poll every 5 s: authorization_pending, slow_down ─► access token (15 min) + refresh token (30 days)
 *
 * refresh(token, nonce) ─► the next pair = HMAC(family, generation, nonce); the old token is spent
 *     same nonce within 60 s ─► the same pair       another nonce within 10 s ─► refresh_race
 *     anything later         ─► stolen: the family is revoked, and that is audited
 * </pre>
 *
 * <p>A sign-in is one {@code token} of kind {@code cli}, its family, which ends after 90 days at most; pairs are only side
 * records. Nothing here is in an event but that the family was made and ended. Polling times are in the memory of the server
 * that leads (S4).
 */
@NullMarked
package dev.vt.control.device;

import org.jspecify.annotations.NullMarked;
