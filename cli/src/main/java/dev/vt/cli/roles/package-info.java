/** Roles that run in this program: server, agent, edge, dev. */
@NullMarked
package dev.vt.cli.roles;

import org.jspecify.annotations.NullMarked;
