/**
 * One program for every role: {@link dev.vt.distribution.Main} hands the command line to a role or to the client, and
 * {@link dev.vt.distribution.DevSupervisor} runs all roles on one machine.
 */
@NullMarked
package dev.vt.distribution;

import org.jspecify.annotations.NullMarked;
