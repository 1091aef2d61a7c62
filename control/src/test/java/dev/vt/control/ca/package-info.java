@NullMarked
package dev.vt.control.ca;

import org.jspecify.annotations.NullMarked;
