/**
 * The host's side of the control channel to a guest's init (runtime.md §8; docs/adr/0003-framing.md).
 *
 * <pre>
 *  agent actor ──► GuestChannel ──► FrameWriter (one virtual thread: control first, then streams in turn)  ──► bytes
 *       ▲               │
 *  GuestEvents ◄── FrameReader (one virtual thread: FrameDecoder, streams, messages)                       ◄── bytes
 * </pre>
 *
 * A channel begins with SYNC → HELLO → WELCOME. Then the host sends one {@link dev.vt.runtime.channel.GuestConfig} if the guest
 * has none yet, and both sides open streams: the guest {@code log} and {@code secrets}, the host {@code exec}, {@code forward}
 * and {@code file}. Every stream has a credit of 64 KiB per direction.
 *
 * <p><b>Architecture Invariant:</b> everything a guest sends is hostile. It can close its channel, and nothing more (RT25).
 */
@NullMarked
package dev.vt.runtime.channel;

import org.jspecify.annotations.NullMarked;
