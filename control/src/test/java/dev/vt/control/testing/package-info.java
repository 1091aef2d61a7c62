/** Fixtures for the control plane's tests: a real server on a free port with a real database, and a client that checks answers. */
@NullMarked
package dev.vt.control.testing;

import org.jspecify.annotations.NullMarked;
