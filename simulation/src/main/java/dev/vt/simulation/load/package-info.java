/**
 * Concurrent clients as real ones are: each asks any server, over HTTPS, and follows what api.md says of consistency, revisions and
 * idempotency keys. What they saw goes to the {@link dev.vt.simulation.history.Recorder}; they judge nothing.
 *
 * <p>A register is the description of an app, its version the {@code ETag}. An element of the set is a personal token, because
 * nothing else refuses a second one of the same name: only the idempotency key keeps it single.
 */
@NullMarked
package dev.vt.simulation.load;

import org.jspecify.annotations.NullMarked;
