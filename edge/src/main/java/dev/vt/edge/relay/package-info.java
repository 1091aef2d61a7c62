/**
 * Accepts connections, finds their route, connects to a backend, and moves bytes both ways (ingress.md §2, §3, §5).
 *
 * <pre>
 *   accept ──► SNIFFING ──name──► CONNECTING ──► RELAYING ──► closed
 *     │ tcp ────────────────────────►│  ▲ next backend
 *     └ limit: reset                 └──┘
 * </pre>
 *
 * <p>One event loop per core, each a platform thread with its own poller and its own listening sockets
 * ({@code SO_REUSEPORT}), so a connection lives and dies on one thread and needs no lock. Loops call the kernel by
 * {@code dev.vt.os}: few bytes are copied through the loop's own buffer, many are spliced (docs/adr/0030). A connection holds a
 * buffer or a pipe only while its peer does not keep up.
 */
@NullMarked
package dev.vt.edge.relay;

import org.jspecify.annotations.NullMarked;
