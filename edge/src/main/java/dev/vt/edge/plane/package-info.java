/**
 * The edge's side of the control plane: enrolment, the stream of tables, reports about them.
 *
 * <p>Tables arrive on gRPC threads and are applied by one thread, newest only. A stream that ends changes nothing; the next
 * one begins after 1 to 30 seconds (C4).
 */
@NullMarked
package dev.vt.edge.plane;

import org.jspecify.annotations.NullMarked;
