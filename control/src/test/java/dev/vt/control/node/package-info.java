@NullMarked
package dev.vt.control.node;

import org.jspecify.annotations.NullMarked;
