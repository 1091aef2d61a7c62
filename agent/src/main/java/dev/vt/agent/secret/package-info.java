/**
 * Secrets files on a node (secrets.md §5): fetched by version, kept in memory and on a tmpfs so that a VM can boot while
 * servers are away, wiped when no instance uses them.
 *
 * <p><b>Architecture Invariant:</b> a value is never a {@code String}, never logged, never on a disk.
 */
@NullMarked
package dev.vt.agent.secret;

import org.jspecify.annotations.NullMarked;
