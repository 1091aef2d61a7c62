/**
 * One instance of a workload on this node: from an assignment of the plan to a running VM, its health, its restarts, its end
 * (runtime.md §4, §7, §12).
 *
 * <pre>
 * allocated → preparing → booting → starting → ready ⇄ unready → draining → stopping → stopped
 *                 ▲ any ─► failed, backoff ─┘
 * </pre>
 *
 * <p>{@link dev.vt.agent.instance.InstanceActor} owns everything; slow work (image, VMM, handshake) runs in one
 * {@link dev.vt.agent.instance.BootJob} at a time and comes back as a message, so a stop is never stuck behind a pull.
 * What must survive a crash is in {@link dev.vt.agent.instance.InstanceRecord}, saved before anything depends on it.
 *
 * <p><b>Architecture Invariant:</b> a VM is touched by its actor or by the actor's one job, never by both.
 */
@NullMarked
package dev.vt.agent.instance;

import org.jspecify.annotations.NullMarked;
