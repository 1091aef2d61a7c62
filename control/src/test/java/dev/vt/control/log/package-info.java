@NullMarked
package dev.vt.control.log;

import org.jspecify.annotations.NullMarked;
