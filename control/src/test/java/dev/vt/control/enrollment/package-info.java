@NullMarked
package dev.vt.control.enrollment;

import org.jspecify.annotations.NullMarked;
