/** What every command stands on: the world it runs in, its global flags, its target, its errors. */
@NullMarked
package dev.vt.cli.core;

import org.jspecify.annotations.NullMarked;
