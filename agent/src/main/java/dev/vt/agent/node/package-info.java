/** The node as a whole: what it has, where its files are, how its parts are wired together. */
@NullMarked
package dev.vt.agent.node;

import org.jspecify.annotations.NullMarked;
