/**
 * Personal tokens: what a person gives to a command line or a script. Shown once, kept as a hash, at most 90 days.
 *
 * <pre>
 * Absent ──Create──► Live ──Revoke──► Revoked        (an expired token stays Live in the log, and is refused by time)
 * </pre>
 *
 * <p>{@code token.created} never holds the token or its hash: the hash is the key of a {@code credential} side record in the
 * same batch (S3). A token reaches no further than the one it was made with; an operator's may hold cluster scopes.
 */
@NullMarked
package dev.vt.control.token;

import org.jspecify.annotations.NullMarked;
