/**
 * A member: a person in an org, with a role ({@link dev.vt.control.auth.Role}).
 *
 * <pre>
 * Absent ──Add──► Member(role) ──ChangeRole──► Member(role) ──Remove──► Gone
 * </pre>
 *
 * <p>Invariants: an address is in an org once; an org keeps one owner, also when two owners remove each other at the same time
 * (each batch expects another owner to be as it was read); only owners make, change or remove owners. Somebody may be added
 * before they are a user: the membership counts once a user has this address.
 */
@NullMarked
package dev.vt.control.member;

import org.jspecify.annotations.NullMarked;
