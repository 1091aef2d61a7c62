/** Tests. */
@NullMarked
package dev.vt.control.network;

import org.jspecify.annotations.NullMarked;
