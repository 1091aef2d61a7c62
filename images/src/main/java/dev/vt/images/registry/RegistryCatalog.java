package dev.vt.images.registry;

import dev.vt.images.OciDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which repositories, manifests and tags there are, and what each manifest names. It is the truth; the bytes are files of a
 * {@link RegistryStore}. Thread-safe.
 */
public interface RegistryCatalog {
    /**
     * The most blobs that one manifest may name. They stand in the log with it, where a payload has 64 KiB; nodes take 128 layers
     * (runtime.md §10).
     */
    int MAX_BLOBS = 500;

    /** @param size in bytes, of the manifest as it was pushed */
    record Manifest(OciDigest digest, String mediaType, long size) {
        public BlobRef content() {
            return new BlobRef(digest, size);
        }
    }

    /**
     * A manifest that is pushed.
     *
     * @param tag moved to it; empty if it was pushed by digest
     * @param blobs what it names, without manifests of an index; at most {@value #MAX_BLOBS}, none twice
     */
    record Push(Manifest manifest, Optional<String> tag, List<BlobRef> blobs) {
        public Push {
            blobs = List.copyOf(blobs);
        }
    }

    Optional<Manifest> byTag(String repository, String tag);

    /** @param deletedToo also one that was deleted and whose content is still kept */
    Optional<Manifest> byDigest(String repository, OciDigest digest, boolean deletedToo);

    /**
     * A blob that a manifest of the repository names.
     *
     * @param deletedToo as {@link #byDigest}
     */
    Optional<BlobRef> blob(String repository, OciDigest digest, boolean deletedToo);

    /** Sorted, at most {@code limit} after {@code after}; empty if there is no such repository. */
    Optional<List<String>> tags(String repository, String after, int limit);

    /**
     * The content is where it must be; this makes it the truth.
     *
     * @return the event from which on it is seen
     * @throws RegistryException if it cannot be written now
     */
    long push(RegistryAccess.Author author, String repository, Push push);

    /** @throws RegistryException {@code MANIFEST_UNKNOWN} */
    long deleteTag(RegistryAccess.Author author, String repository, String tag);

    /**
     * And all tags that point at it.
     *
     * @throws RegistryException {@code MANIFEST_UNKNOWN}
     */
    long deleteManifest(RegistryAccess.Author author, String repository, OciDigest digest);

    /** Waits until what was written elsewhere is seen here; gives up in silence, because it will be. */
    void await(long event, Duration limit) throws InterruptedException;
}
