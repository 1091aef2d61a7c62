/** Commands for what an operator owns: nodes, edges, enrollment tokens, the cluster. */
@NullMarked
package dev.vt.cli.cluster;

import org.jspecify.annotations.NullMarked;
