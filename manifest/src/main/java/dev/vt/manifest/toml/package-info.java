/**
 * TOML 1.0 documents with the place of every value, and what it takes to write them back: a scanner that keeps comments and a
 * writer. Knows nothing of manifests.
 *
 * <p>tomlj reads; its tables are copied into an immutable {@link dev.vt.manifest.toml.TomlNode} tree, so that two documents can
 * be merged and each value still says where a person wrote it.
 */
@NullMarked
package dev.vt.manifest.toml;

import org.jspecify.annotations.NullMarked;
