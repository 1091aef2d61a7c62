/**
 * The mesh of one node (network.md §2): which peers its device has, by which underlay address each is reached, and whether each
 * answers.
 *
 * <pre>
 * plan ─► MeshRules (refuses, O4) ─► Mesh, one thread: every second, and when the plan changes
 *            DeviceState ─► EndpointChoice (O8) ─► PeerReconciliation (O7) ─► DeviceChange
 *         MeshEcho, two threads: asks each peer over the overlay, answers peers (O10)
 * </pre>
 */
@NullMarked
package dev.vt.overlay.mesh;

import org.jspecify.annotations.NullMarked;
