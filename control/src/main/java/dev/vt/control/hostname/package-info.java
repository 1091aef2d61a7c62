/**
 * Whose a hostname is beyond its routes (ingress.md R2): kept for its last org for a while, and proven before it is served.
 *
 * <pre>
 * last route deleted ──► reserved for its org ──24 h, or an operator──► anybody's
 * route created while edge.hostname_proof = txt ──► pending ──TXT record found──► live
 * </pre>
 *
 * <p>While a hostname has routes it is claimed for their environment; that is {@code control.route}'s. Reservations follow from
 * route events and the clock of whoever decides, pinned by an append precondition (ADR 51).
 */
@NullMarked
package dev.vt.control.hostname;

import org.jspecify.annotations.NullMarked;
