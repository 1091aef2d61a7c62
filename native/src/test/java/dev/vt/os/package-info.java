/** Tests of {@code os}. */
@NullMarked
package dev.vt.os;

import org.jspecify.annotations.NullMarked;
