/** Writes and reads PROXY protocol version 2 headers (ingress.md §4). Bytes in, bytes out: no sockets here. */
@NullMarked
package dev.vt.edge.proxy;

import org.jspecify.annotations.NullMarked;
