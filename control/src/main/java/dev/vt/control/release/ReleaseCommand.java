package dev.vt.control.release;

import dev.vt.manifest.Manifest;

/** What may be asked of a release. */
sealed interface ReleaseCommand {
    /**
     * @param imageRef as a person wrote it
     * @param manifest valid
     */
    record Create(String imageRef, ReleaseImage image, Manifest manifest) implements ReleaseCommand {}
}
