/** Unit tests, golden plans and the seeded simulation of the planner. */
@NullMarked
package dev.vt.scheduler;

import org.jspecify.annotations.NullMarked;
