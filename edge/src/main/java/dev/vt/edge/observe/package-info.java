/** Metrics, access log, health and status of an edge (ingress.md §7), served on a loopback port of its own. */
@NullMarked
package dev.vt.edge.observe;

import org.jspecify.annotations.NullMarked;
