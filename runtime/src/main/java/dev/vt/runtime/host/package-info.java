/**
 * What drivers ask of the Linux host: which process is which over restarts, control groups, the speed of the time stamp
 * counter. Reads {@code /proc} and {@code /sys}; knows no virtual machine.
 */
@NullMarked
package dev.vt.runtime.host;

import org.jspecify.annotations.NullMarked;
