/** Tests of the registry's content at several servers. */
@NullMarked
package dev.vt.control.blob;

import org.jspecify.annotations.NullMarked;
