package dev.vt.control.release;

import dev.vt.manifest.Manifest;

/** What happened to a release (state.md §3). */
sealed interface ReleaseEvent {
    /** @param number from 1, dense per app */
    record Created(int number, String imageRef, ReleaseImage image, Manifest manifest) implements ReleaseEvent {}
}
