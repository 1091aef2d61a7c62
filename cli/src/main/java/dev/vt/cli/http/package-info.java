/** A small HTTP/1.1 client: start-up time rules out java.net.http on the hot path (C21). */
@NullMarked
package dev.vt.cli.http;

import org.jspecify.annotations.NullMarked;
