/**
 * What the planner sees: plain values that the control plane reads from its core views, at one event id.
 *
 * <p>Nothing here knows where the values come from, and no list has a meaningful order: {@link
 * dev.vt.scheduler.view.Snapshot} sorts what it is given (K7).
 */
@NullMarked
package dev.vt.scheduler.view;

import org.jspecify.annotations.NullMarked;
