/**
 * The master key of a cluster and what it wraps: data keys of secrets, per-org HMAC keys, the private key of the CA
 * (secrets.md §3). Ciphertext goes into side records; the master key is in no database, log or backup.
 *
 * <p>{@link dev.vt.control.key.MasterKeyFile} is the {@code file} source: a keyset in the data directory, mode 0400, made at
 * init. {@link dev.vt.control.key.KeyWrapper} is where others (a KMS) plug in.
 *
 * <p>Rotation: every server gets the new key in its file, then it is made {@code primary} everywhere, then the servers restart. {@link
 * dev.vt.control.key.Rewrapping} wraps everything anew; when the check value names the new key, the old one may go, unless a backup
 * that is kept needs it.
 */
@NullMarked
package dev.vt.control.key;

import org.jspecify.annotations.NullMarked;
