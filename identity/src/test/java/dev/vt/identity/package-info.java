@NullMarked
package dev.vt.identity;

import org.jspecify.annotations.NullMarked;
