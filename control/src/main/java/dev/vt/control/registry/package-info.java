/**
 * The built-in OCI registry at {@code /v2/}: who may push and pull what.
 *
 * <pre>
 * people, CI   Basic, any user name, a platform token as password   push and pull below the names of their orgs
 * nodes        Bearer, minted for one repository                    pull
 * this server  Bearer, minted for one repository                    pull, to resolve tags
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> the first part of a repository's path is the name of the org that owns it.
 */
@NullMarked
package dev.vt.control.registry;

import org.jspecify.annotations.NullMarked;
