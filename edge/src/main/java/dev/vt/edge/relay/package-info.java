/**
 * Accepts connections, finds their route, connects to a backend, and moves bytes both ways (ingress.md §2, §3, §5).
 *
 * <pre>
 *   accept ──► SNIFFING ──name──► CONNECTING ──► RELAYING ──► closed
 *     │ tcp ────────────────────────►│  ▲ next backend
 *     └ limit: reset                 └──┘
 * </pre>
 *
 * <p>One event loop per core, each a platform thread with its own selector and its own listening sockets
 * ({@code SO_REUSEPORT}), so a connection lives and dies on one thread and needs no lock. Plain NIO measured cheapest for
 * short connections. Bytes that can be written at once only pass through the loop's own buffer; a connection holds a
 * buffer of its own only while its peer does not keep up.
 */
@NullMarked
package dev.vt.edge.relay;

import org.jspecify.annotations.NullMarked;
