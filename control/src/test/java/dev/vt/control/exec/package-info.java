@NullMarked
package dev.vt.control.exec;

import org.jspecify.annotations.NullMarked;
