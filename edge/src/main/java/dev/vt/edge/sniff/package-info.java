/**
 * Reads the server name out of the first bytes of a TLS connection without answering them (ingress.md §2). No sockets
 * here: bytes go in, a decision comes out.
 */
@NullMarked
package dev.vt.edge.sniff;

import org.jspecify.annotations.NullMarked;
