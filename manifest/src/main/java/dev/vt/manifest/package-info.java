/**
 * {@code vt.toml} (manifest.md): what an app is made of, as a person writes it and as the platform keeps it.
 *
 * <pre>
 * bytes → toml (positions) → schema shapes + rules → findings
 *                                                  → normalized JSON → manifest_hash
 *                                                       └ + environments.&lt;name&gt; → {@link dev.vt.manifest.EffectiveManifest}
 * </pre>
 *
 * <p>{@link dev.vt.manifest.Manifests} is the way in. The schema itself is data, in {@code dev.vt.manifest.schema}.
 *
 * <p><b>Architecture Invariant:</b> one validator serves the command line and the server; nothing here does I/O, and what only a
 * server knows (who holds a hostname, which images exist) is not asked here. <b>Architecture Invariant:</b> the defaults of
 * {@code v1} never change: hashes of stored releases depend on them.
 */
@NullMarked
package dev.vt.manifest;

import org.jspecify.annotations.NullMarked;
