/** Whole agents under test. */
@NullUnmarked
package dev.vt.agent;

import org.jspecify.annotations.NullUnmarked;
