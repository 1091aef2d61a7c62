/**
 * An org: the tenant. Everything a customer owns is below one, and everybody's rights come from being its member.
 *
 * <pre>
 * Absent ──Create──► Live ──Update──► Live ──Delete──► Gone
 * </pre>
 *
 * <p>Invariants: the name is unique in the cluster; the creator is its first owner, in the same batch; it is deleted only when
 * no project is left. Who belongs to it is {@code control.member}.
 */
@NullMarked
package dev.vt.control.org;

import org.jspecify.annotations.NullMarked;
