/**
 * The secrets file, format v1 (secrets.md §1): what {@code vt secrets import} reads, what the server seals and what a workload
 * finds at {@code /run/secrets/platform.env}. The one implementation for command line, server and tests; the guest takes the
 * file as bytes.
 *
 * <p><b>Architecture Invariant:</b> values live in {@link dev.vt.manifest.secrets.SecretBytes} or byte arrays, never in strings;
 * errors carry line, key and code, never a value (SE13).
 */
@NullMarked
package dev.vt.manifest.secrets;

import org.jspecify.annotations.NullMarked;
