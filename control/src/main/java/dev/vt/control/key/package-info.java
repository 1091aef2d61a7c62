/**
 * The master key of a cluster and what it wraps: data keys of secrets, per-org HMAC keys, the private key of the CA
 * (secrets.md §3). Ciphertext goes into side records; the master key is in no database, log or backup.
 *
 * <p>{@link dev.vt.control.key.MasterKeyFile} is the {@code file} source: a keyset in the data directory, mode 0400, made at
 * init. {@link dev.vt.control.key.KeyWrapper} is where others (a KMS) plug in.
 */
@NullMarked
package dev.vt.control.key;

import org.jspecify.annotations.NullMarked;
