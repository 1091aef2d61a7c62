/**
 * The agent's side of the node plane: enrolment, one long stream to every server, statuses until acknowledged, and the calls
 * that exec sessions, log queries, secrets and pulls make (runtime.md RT4). The agent dials; nothing dials it.
 */
@NullMarked
package dev.vt.agent.link;

import org.jspecify.annotations.NullMarked;
