/** The network between nodes: how it is, and who may reach whom. */
@NullMarked
package dev.vt.cli.network;

import org.jspecify.annotations.NullMarked;
