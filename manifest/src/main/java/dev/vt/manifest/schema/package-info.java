/**
 * What may stand in a {@code vt.toml}: one declarative description ({@link dev.vt.manifest.schema.ManifestSchema}) from which
 * validation, suggestions, defaults, the JSON Schema and the order of {@code fmt} all follow.
 *
 * <p>Rules that join two keys (a port that must be declared, a hostname twice) are not shapes; they live in
 * {@code dev.vt.manifest}.
 */
@NullMarked
package dev.vt.manifest.schema;

import org.jspecify.annotations.NullMarked;
