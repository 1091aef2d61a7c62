/**
 * The edge beside HAProxy and nginx (ingress.md §8): {@link dev.vt.bench.edge.EdgeBench} measures, {@code scripts/bench-edge.sh}
 * makes the network.
 *
 * <pre>
 *   namespace of clients ──veth── namespace of the proxies ──veth── namespace of the backend
 *   EdgeBench, EdgeBenchClients    vt, HAProxy, nginx on core 0      EdgeBenchBackend
 * </pre>
 *
 * All three proxies run at once and idle but for the one whose turn it is. Rounds take turns, figures are medians, and CPU is
 * that of the proxy's process (proc(5), stat).
 */
@NullMarked
package dev.vt.bench.edge;

import org.jspecify.annotations.NullMarked;
