/**
 * What every mode of the event log must do, as abstract tests: a module that has a mode extends them with a
 * {@link dev.vt.testkit.LogSetup}. {@code Shop} is the small platform that they run.
 */
@NullMarked
package dev.vt.testkit.log;

import org.jspecify.annotations.NullMarked;
