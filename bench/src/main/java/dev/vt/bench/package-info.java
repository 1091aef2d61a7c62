/** Benches behind the numbers of SPECIFICATION.md; each is a main class that prints the machine's load beside its figures. */
@NullMarked
package dev.vt.bench;

import org.jspecify.annotations.NullMarked;
