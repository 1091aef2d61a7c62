/**
 * How everything mutable on a node is owned: an actor is one virtual thread with one bounded mailbox (runtime.md §1).
 *
 * <p>An actor keeps the newest desired state, observes, acts, reports. It waits only in {@link dev.vt.agent.actor.Mailbox#take},
 * against a {@link dev.vt.agent.actor.Timeline}, so tests move time by hand. {@link dev.vt.agent.actor.Supervisor} starts an actor that throws
 * again, a few times (RT1).
 */
@NullMarked
package dev.vt.agent.actor;

import org.jspecify.annotations.NullMarked;
