/**
 * Connects to backends now and then, to leave out those that do not answer (ingress.md B5): always if wanted, and while no
 * server tells which are ready.
 *
 * <p><b>Architecture Invariant:</b> a probe only removes. What no server has named is never a backend, and if no backend answers,
 * all are tried.
 */
@NullMarked
package dev.vt.edge.probe;

import org.jspecify.annotations.NullMarked;
