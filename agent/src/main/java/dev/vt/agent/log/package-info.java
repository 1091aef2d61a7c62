/**
 * Workload logs on this node (exec-and-logs.md §6–§8): captured from guests, kept in segments, read by servers on request.
 *
 * <pre>
 * guest ring ─► channel log stream ─► {@link dev.vt.agent.log.LogStore} ─► {@code logs/<instance>/<boot>-<first seq>.seg}
 *                                                                └─► {@link dev.vt.agent.log.LogReader} ─► server
 * </pre>
 *
 * <p>A segment is a sequence of records, each {@code length u32 | crc32c u32 | JSON}; the first one says whose it is. A crash
 * can only tear the tail, and the next writer cuts it to the last whole record (LG4). A hole in the guest's numbering
 * becomes a gap record where it happened (LG6).
 */
@NullMarked
package dev.vt.agent.log;

import org.jspecify.annotations.NullMarked;
