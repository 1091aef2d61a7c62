/**
 * What is done to servers, as data: a {@link dev.vt.simulation.fault.FaultPlan} comes from its seed alone. Who executes it is
 * {@code dev.vt.simulation.run}.
 */
@NullMarked
package dev.vt.simulation.fault;

import org.jspecify.annotations.NullMarked;
