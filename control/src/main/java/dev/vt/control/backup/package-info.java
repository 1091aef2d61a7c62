/**
 * Backup and restore of a control plane by the owner of its data, on the machine itself (cluster.md B1, B2).
 *
 * <pre>
 * vt server backup   log + side records of one moment ─► gzip ─► chunks, each sealed ─► file
 * vt server restore  file ─► an empty database ─► replay into views ─► verify ─► recovery epoch + 1
 * </pre>
 *
 * <p>A file has a key of its own, wrapped by the master key or by a passphrase. The master key is never in it: whoever restores
 * brings it along, because what the log keeps sealed is sealed by it. Views are not in it, they are replayed.
 */
@NullMarked
package dev.vt.control.backup;

import org.jspecify.annotations.NullMarked;
