/**
 * An edge: a host that runs ingress. What it serves comes from routes and ready instances; what it reports is whether it could.
 *
 * <pre>active ⇄ draining → disabled → active;  any → revoked (final)</pre>
 *
 * <p>An edge is active from its enrollment: the token an operator made for it was the confirmation.
 */
@NullMarked
package dev.vt.control.edge;

import org.jspecify.annotations.NullMarked;
