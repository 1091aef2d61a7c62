/**
 * Names inside the cluster (network.md §6): zone {@code vt.internal}, answered on every node at {@code S:1::53} from the node's
 * plan. Wire format by dnsjava (RFC 1035, 2782, 6891); what is answered, and to whom, is {@link dev.vt.overlay.name.Zone}.
 */
@NullMarked
package dev.vt.overlay.name;

import org.jspecify.annotations.NullMarked;
