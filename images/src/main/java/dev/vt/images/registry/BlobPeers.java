package dev.vt.images.registry;

import dev.vt.images.OciDigest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The other servers that hold the same content. Thread-safe; what waits has a bound and ends with {@code UNAVAILABLE}. */
public interface BlobPeers {
    /** A registry of one server: what is not here is nowhere, and nothing waits. */
    BlobPeers NONE = new BlobPeers() {
        @Override
        public Map<OciDigest, Long> uploads(String repository, Set<OciDigest> digests) {
            return Map.of();
        }

        @Override
        public boolean have(BlobRef blob) {
            return false;
        }

        @Override
        public boolean fetch(List<BlobRef> blobs) {
            return false;
        }

        @Override
        public void secure(List<BlobRef> blobs) {}

        @Override
        public void spread(BlobRef blob) {}
    };

    /** Sizes of those that were uploaded to the repository at another server. */
    Map<OciDigest, Long> uploads(String repository, Set<OciDigest> digests);

    /** Whether another server has it. */
    boolean have(BlobRef blob);

    /** Puts them into this server's store; false if there is one that no other server has. */
    boolean fetch(List<BlobRef> blobs);

    /** Returns once a majority of the voters, this server among them, has all on disk. */
    void secure(List<BlobRef> blobs);

    /** Begins to do so, so that {@link #secure} finds it done; may be left undone when much is under way. */
    void spread(BlobRef blob);
}
