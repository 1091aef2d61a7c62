package dev.vt.images.registry;

import dev.vt.images.OciDigest;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Which blobs a repository shows: what its manifests name, and what was uploaded to it at this server. Thread-safe. */
record VisibleBlobs(RegistryStore store, RegistryCatalog catalog) {
    /** @param deletedToo also what only deleted manifests name */
    Optional<BlobRef> find(String repository, OciDigest digest, boolean deletedToo) throws IOException {
        Optional<BlobRef> named = catalog.blob(repository, digest, deletedToo);
        if (named.isPresent()) {
            return named;
        }
        OptionalLong uploaded = store.uploaded(repository, digest);
        return uploaded.isPresent() ? Optional.of(new BlobRef(digest, uploaded.getAsLong())) : Optional.empty();
    }
}
