/**
 * Exec sessions: a command in a running instance, relayed (exec-and-logs.md §§1–5).
 *
 * <pre>
 * granted → connected → ended;  granted → ended (connect_timeout, operator_revoked)
 * client ⇄ WebSocket ⇄ ExecRelay ⇄ gRPC stream the agent dialled back ⇄ agent ⇄ guest
 * </pre>
 *
 * <p>A grant is used once, and the log decides by whom: {@code exec_session.connected} carries the expected sequence and removes the grant in
 * one batch (EX2). The token travels in the first frame only (EX3).
 *
 * <p><b>Architecture Invariant:</b> bytes are relayed under back-pressure and never dropped (EX8); content is never recorded (§5).
 */
@NullMarked
package dev.vt.control.exec;

import org.jspecify.annotations.NullMarked;
