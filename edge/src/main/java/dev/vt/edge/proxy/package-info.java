/** Writes PROXY protocol version 2 headers (ingress.md §4). */
@NullMarked
package dev.vt.edge.proxy;

import org.jspecify.annotations.NullMarked;
