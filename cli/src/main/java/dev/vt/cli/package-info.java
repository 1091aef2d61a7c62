/**
 * The command line (cli.md): a tree of commands over one small HTTP client.
 *
 * <p><b>Architecture Invariant:</b> knows the API only; imports nothing of control, agent or edge.
 */
@NullMarked
package dev.vt.cli;

import org.jspecify.annotations.NullMarked;
