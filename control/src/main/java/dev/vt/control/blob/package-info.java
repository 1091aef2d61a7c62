/**
 * The bytes of the registry's blobs and manifests at several servers (ADR 48). That there is a manifest, the log says
 * ({@code control.registry}); this package sees to it that its bytes are where they must be.
 *
 * <pre>
 * push      ReplicatedBlobs.secure ── KeepBlobs ──► every other voter ── ReadBlob ──► a server that has it
 * pull      ReplicatedBlobs.fetch  ── ReadBlob ───► a server that has it
 * time      BlobUpkeep: gets what the log names and is not here; deletes what the log has not named for a day
 * </pre>
 *
 * <p><b>Architecture Invariant:</b> what another server sends is not believed. It may send no more bytes than the log says, and
 * only content of the right SHA-256 gets its name.
 *
 * <p><b>Architecture Invariant:</b> nothing is deleted by a message. Each server deletes by itself what its own views do not name,
 * after it has confirmed that they are the newest.
 */
@NullMarked
package dev.vt.control.blob;

import org.jspecify.annotations.NullMarked;
