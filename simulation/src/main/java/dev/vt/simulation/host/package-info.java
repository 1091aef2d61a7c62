/**
 * Machines to break: network namespaces, data directories with a file system each, and the real program in them.
 *
 * <pre>
 *   hub (the harness and its clients, bridge fd76:7400::ff)
 *    ├── host 1 fd76:7400::1   vt server, PostgreSQL; data on a tmpfs; its own /etc
 *    ├── host 2 fd76:7400::2
 *    └── host 3 fd76:7400::3
 * </pre>
 *
 * <p>The namespaces are made and removed by {@code e2e/faults.sh}, which outlives this program; what is mounted here is seen by
 * nobody else and goes with its last process.
 */
@NullMarked
package dev.vt.simulation.host;

import org.jspecify.annotations.NullMarked;
