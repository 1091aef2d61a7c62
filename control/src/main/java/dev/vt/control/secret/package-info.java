/**
 * The secret bundle of an environment: immutable versions of a set of variables, delivered to its instances as one file
 * (secrets.md). Events hold names and a fingerprint; the values are sealed into side records.
 *
 * <pre>
 * Absent ──Set, Import, ConfirmNone──► Current(1) ──Set, Unset, Import, Rotate, Rollback, ConfirmNone──► Current(n)
 *
 * values ─SecretBundle─► canonical file ─seal(data key, AAD)─► secret_material ◄─open─ SecretDelivery ─► node
 *                                          data key ─wrap(master key)─┘
 * </pre>
 *
 * <p>Invariants: a version never changes; the same content as the current version is no new one; material opens only in the row
 * it was sealed for (SE6); sealing happens in the handler, before the append (SE7). <b>Architecture Invariant:</b> nothing here
 * answers a value over HTTP (SE5), and no value is ever in an event.
 */
@NullMarked
package dev.vt.control.secret;

import org.jspecify.annotations.NullMarked;
