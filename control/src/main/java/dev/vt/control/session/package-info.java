/**
 * Signing in to the console: passwords, the session cookie, and the invitation that sets the first password (A21, A23).
 *
 * <pre>
 * email, password ── guard (5 wrong per 15 min and address) ─► Argon2id ─► token of kind console + credential "session"
 *                                                                            └─► cookie __Host-vt_session, X-CSRF-Token
 * with an authenticator: its code too, each once ({@link dev.vt.control.session.Authenticators})
 * step-up: the same password, or a code, again ─► another cookie with a fresh authenticated_at
 * another role: all sessions of the person end in its batch ({@link dev.vt.control.auth.RoleChanges})
 * </pre>
 *
 * <p>A session is a token: it is listed with the person's tokens, and revoked like one. It is idle after twelve hours and ends
 * after seven days. Wrong passwords are counted in the memory of the server that leads (S4). An unknown address costs the same
 * time and gets the same answer as a wrong password.
 */
@NullMarked
package dev.vt.control.session;

import org.jspecify.annotations.NullMarked;
