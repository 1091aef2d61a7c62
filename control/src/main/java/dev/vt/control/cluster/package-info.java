/**
 * The cluster as a thing: its name and address prefix, its servers, who leads, and the log's own maintenance.
 *
 * <pre>
 * first start: cluster.created, server.joined, cluster.leader_changed{epoch 1}     in one batch
 * every start: cluster.leader_changed{epoch n + 1}
 *
 * an operator: promote, demote: server.eligibility_changed; remove, leave: server.left
 * the controller, once the group is so: server.promoted, server.demoted
 * the controller, of who is silent for too long: server.left{failed}; of what an operator should see: server.state_changed
 * </pre>
 *
 * <p>An operator says what is wanted and is refused where the quorum would be lost; the controller makes the group so. Every
 * server that joins may have a vote until it is demoted. A {@code server.left} is final: its id never comes back.
 *
 * <p>Each server compares its log with the others' (ADR 24); one that differs stops serving for good.
 *
 * <p>A batch of a {@code system} actor carries the epoch as a fence, so that a former leader cannot act (S6). In direct mode
 * the leader is whoever holds the log's advisory lock.
 */
@NullMarked
package dev.vt.control.cluster;

import org.jspecify.annotations.NullMarked;
