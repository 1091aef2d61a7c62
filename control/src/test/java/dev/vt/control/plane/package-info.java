@NullMarked
package dev.vt.control.plane;

import org.jspecify.annotations.NullMarked;
