/**
 * Who a machine is to the servers: its key, its certificate, and how both are replaced while it runs (security.md SC-6).
 *
 * <pre>
 *  2/3 of the life over ─► next-key.pem (synced) ─► Renew(old certificate, request, proof) ─► certificate.pem ─► key.pem
 *                           a key of its own           old key signs the request              one rename        cleans up
 * </pre>
 *
 * <p>{@code certificate.pem} decides which key is in force: a crash before its rename leaves the old identity, one after it the new.
 * A request that was answered but not saved is sent again with the same key, and gets the same certificate. Handshakes use what is
 * in force at their moment; connections that stand are not touched. docs/adr/0036.
 *
 * <p><b>Architecture Invariant:</b> the private key is in no message, log or error.
 */
@NullMarked
package dev.vt.identity;

import org.jspecify.annotations.NullMarked;
