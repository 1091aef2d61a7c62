/**
 * Several hosts on one machine: network namespaces on a bridge, IPv6 only, with cuts and loss between them.
 */
@NullMarked
package dev.vt.testkit.host;

import org.jspecify.annotations.NullMarked;
