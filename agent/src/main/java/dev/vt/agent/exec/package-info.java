/**
 * Exec sessions (exec-and-logs.md §2): a server announces one on the link, the agent dials back and relays frames between that
 * call and the guest. Nothing is buffered here beyond one frame each way, so a slow end slows the other (EX8).
 */
@NullMarked
package dev.vt.agent.exec;

import org.jspecify.annotations.NullMarked;
