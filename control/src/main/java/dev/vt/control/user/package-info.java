/**
 * A person who can sign in. Users are infrastructure, not tenants: they belong to orgs as members ({@code control.member}). An
 * operator runs the cluster.
 *
 * <pre>
 * Absent ──Create──► Active ──Disable──► Disabled
 *                      ▲ ──Invite, Update, SetOperator──┐ │
 *                      └────────────────────────────────┘ │
 *                      ◄────────────Enable────────────────┘
 * </pre>
 *
 * <p>Invariants: an address belongs to one user; one operator who can sign in always remains, also when two disable each other
 * at the same time. A user is made with an invitation, which sets the first password ({@code control.session}); a disabled
 * user's tokens and sessions are dead at once, and come to life again with the user.
 */
@NullMarked
package dev.vt.control.user;

import org.jspecify.annotations.NullMarked;
