/**
 * A WireGuard device as a value to be read and changed, by the kernel or by {@code wireguard-go} (network.md O5, O6). The
 * protocol and what {@code allowed} means: <a href="https://www.wireguard.com/papers/wireguard.pdf">the paper</a>, §2; the
 * configuration protocol: <a href="https://www.wireguard.com/xplatform/">cross-platform userspace implementation</a>.
 *
 * <p><b>Architecture Invariant:</b> a private key is in its file and in the device; no method gives it out, and no text of an
 * object here holds it (O2).
 */
@NullMarked
package dev.vt.overlay.wireguard;

import org.jspecify.annotations.NullMarked;
