/** Tests of a whole edge against a control plane that speaks the real protocol. */
@NullMarked
package dev.vt.edge;

import org.jspecify.annotations.NullMarked;
