/** Tests of the built-in registry. */
@NullMarked
package dev.vt.images.registry;

import org.jspecify.annotations.NullMarked;
