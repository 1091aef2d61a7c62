/**
 * A person who can sign in. Users are infrastructure, not tenants: they belong to orgs as members. An operator runs the
 * cluster.
 *
 * <p>Here so far: the view and reading it; the first user comes from the bootstrap. Invitations and the rest of the life of
 * a user come with the console's sign-in.
 */
@NullMarked
package dev.vt.control.user;

import org.jspecify.annotations.NullMarked;
