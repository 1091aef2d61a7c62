/** What surrounds the nouns in a server process: configuration, the data directory, the event store before it is open. */
@NullMarked
package dev.vt.control.server;

import org.jspecify.annotations.NullMarked;
