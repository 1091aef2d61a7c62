/** The suite that every driver passes, and its drivers' own tests. */
@NullUnmarked
package dev.vt.runtime;

import org.jspecify.annotations.NullUnmarked;
