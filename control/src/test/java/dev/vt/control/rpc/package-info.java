@NullMarked
package dev.vt.control.rpc;

import org.jspecify.annotations.NullMarked;
