/**
 * What clients saw: each call with the moments between which it took effect, if it did.
 *
 * <p>A checker knows nothing but a history. So whoever records says only what is certain: an answer that does not exclude an effect
 * is {@link dev.vt.simulation.history.Outcome.Unknown}, and stays so for ever.
 */
@NullMarked
package dev.vt.simulation.history;

import org.jspecify.annotations.NullMarked;
