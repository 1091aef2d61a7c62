/**
 * One program for every role: {@link dev.vt.distribution.Main} hands the command line to a role or to the client, and
 * {@link dev.vt.distribution.DevSupervisor} runs all roles on one machine. {@link dev.vt.distribution.OldClasses} and
 * {@link dev.vt.distribution.Training} are steps of the build that make the start-up cache (docs/adr/0012).
 */
@NullMarked
package dev.vt.distribution;

import org.jspecify.annotations.NullMarked;
