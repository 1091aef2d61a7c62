/**
 * What every module shares: identifiers, problems with stable codes, canonical JSON, sizes.
 *
 * <p><b>Architecture Invariant:</b> nothing here does I/O, reads a clock or draws a random number; sources of time and
 * chance are handed in.
 */
@NullMarked
package dev.vt.kernel;

import org.jspecify.annotations.NullMarked;
