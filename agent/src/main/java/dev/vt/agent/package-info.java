/**
 * The node role, {@code vt agent}: runs what the plan says on this machine and reports what became of it (runtime.md).
 *
 * <pre>
 * server ──plan──► link ──► planner ──► instance/&lt;id&gt; ──► VmDriver ──► guest
 *        ◄─status── outbox ◄──────────────┘    ├─ image cache, scratch disk, tap, secrets
 *        ◄─exec, logs (dialled by the agent)───┴─ log segments
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> the agent never reads a manifest and knows no database; the plan is all it is told.
 */
@NullMarked
package dev.vt.agent;

import org.jspecify.annotations.NullMarked;
