/**
 * The built-in OCI registry at {@code /v2/}: a repository's manifests and tags in the log, and who may push and pull what. The
 * protocol is {@code images.registry}; where the bytes are, {@code control.blob}. ADR 48, ADR 49.
 *
 * <pre>
 * Absent ──Push──► Present ──Push, DeleteTag, DeleteManifest──► Present
 *
 * people, CI   Basic, any user name, a platform token as password   push and pull below the names of their orgs
 * nodes        Bearer, minted for one repository                    pull, also what was deleted and a release is made of
 * a server     Bearer, minted for one repository                    pull, to resolve tags
 * </pre>
 *
 * <p>Invariants: a tag points at a manifest that is not deleted; the log names content, it does not hold it. A repository is never
 * deleted.
 *
 * <p><b>Architecture Invariant:</b> the first part of a repository's path is the name that the org which owns it had when it
 * was made; another org that has the name later gets nothing of it.
 */
@NullMarked
package dev.vt.control.registry;

import org.jspecify.annotations.NullMarked;
