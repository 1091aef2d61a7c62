package dev.vt.images.rootfs;

import dev.vt.images.ImageException;
import dev.vt.images.RegistryCredentials;

/** A node's root file systems. Safe for use by many threads; calls block and honour interruption. */
public interface ImageCache {
    /**
     * The root file system of an image: from the cache, or pulled and built now. Callers that want the same digest at the
     * same time share one pull and one build; the work is cancelled when the last of them is interrupted.
     *
     * @throws ImageException with the detail code of runtime.md §4
     * @throws InterruptedException if the waiting thread was interrupted
     */
    RootFilesystem rootfs(ImageRequest request, RegistryCredentials credentials) throws InterruptedException;

    /**
     * Keeps everything of an image in the cache while an owner names it. To be called before {@link #rootfs}. An owner
     * names one digest; naming another replaces the first.
     *
     * @param owner for example an instance id
     * @param digest {@code sha256:…} of the per-architecture manifest
     */
    void pin(String owner, String digest);

    /** Ends an owner's pin; unknown owners are fine. */
    void unpin(String owner);
}
