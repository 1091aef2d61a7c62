/** IPv6 addresses and prefixes as values, and how the cluster's prefix is divided (network.md A2). */
@NullMarked
package dev.vt.overlay.address;

import org.jspecify.annotations.NullMarked;
