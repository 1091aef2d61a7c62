/**
 * The node and edge planes: the gRPC port that agents and edges dial with client certificates (runtime.md RT4).
 *
 * <p><b>Architecture Invariant:</b> decides nothing; hands what arrives to the nouns and sends what they want sent.
 */
@NullMarked
package dev.vt.control.plane;

import org.jspecify.annotations.NullMarked;
