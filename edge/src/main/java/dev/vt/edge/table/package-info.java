/**
 * What an edge knows: listeners, routes and backends of one moment in one immutable table, and the little that outlives a
 * table (ingress.md §3, §6).
 *
 * <pre>
 *   EdgeTable (JSON) ──TableCompiler──► RoutingTable ──swapped at once──► event loops
 *        │                                   │
 *        └── TableStore: last five, on disk  └── RouteState, BackendState: counters, ejections; carried over by LiveState
 * </pre>
 *
 * <p>Settings of the cluster come with the table and are swapped with it; connections see the new ones as they go on.
 *
 * <p><b>Architecture Invariant:</b> a connection looks at one table, once; nothing in a table is ever changed.
 */
@NullMarked
package dev.vt.edge.table;

import org.jspecify.annotations.NullMarked;
