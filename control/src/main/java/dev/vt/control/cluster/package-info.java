/**
 * The cluster as a thing: its name and address prefix, its servers, who leads, and the log's own maintenance.
 *
 * <pre>
 * first start: cluster.created, server.joined, cluster.leader_changed{epoch 1}     in one batch
 * every start: cluster.leader_changed{epoch n + 1}
 * </pre>
 *
 * <p>A batch of a {@code system} actor carries the epoch as a fence, so that a former leader cannot act (S6). In direct mode
 * the leader is whoever holds the log's advisory lock.
 */
@NullMarked
package dev.vt.control.cluster;

import org.jspecify.annotations.NullMarked;
