/**
 * What the server counts about itself (observability-and-ops.md §1), as OpenMetrics at {@code /metrics}, for operators.
 *
 * <p>{@link dev.vt.control.metric.Families} is the only list of families; a label that is not declared there cannot be written
 * (OB1). Names of hosts, tenants and things are never labels. What has many values is cut at 200 series, the rest is
 * {@code other}.
 */
@NullMarked
package dev.vt.control.metric;

import org.jspecify.annotations.NullMarked;
