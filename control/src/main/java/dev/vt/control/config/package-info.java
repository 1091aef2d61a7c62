/**
 * The cluster's configuration: one replicated, versioned document (cluster.md C1 to C4).
 *
 * <pre>
 * PUT {document} ─► ConfigSchema ─► config.set ─► config_revisions ─► ConfigWatch ─► ClusterConfig ─► scheduler, detection, limits …
 *                   all violations    whole document    by revision      one per server    typed, immutable
 * </pre>
 *
 * <p>{@link dev.vt.control.config.ClusterConfig} is the only list of keys: its components are the keys, their annotations the
 * defaults and ranges; schema, document and record cannot disagree. A document may leave keys out; what is stored has all of
 * them, so that a revision means the same under every program that reads it. A component that acts on a key reads it through the
 * supplier each time it decides, and never keeps it. {@code ClusterConfigKeysTest} finds out who reads what.
 *
 * <p>Revision 0 is what the program brings along, before anybody has set anything. A rollback is a new revision with old content,
 * held against the rules of today. No key holds a secret.
 */
@NullMarked
package dev.vt.control.config;

import org.jspecify.annotations.NullMarked;
