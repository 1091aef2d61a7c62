package dev.vt.control.blob;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** How another server is asked. Thread-safe; blocks. Answers are not to be believed. */
public interface BlobTransport {
    /**
     * Sizes in bytes of those that it has.
     *
     * @param repository only what was uploaded to it there; empty for whatever is on disk
     */
    Map<OciDigest, Long> find(Server server, String repository, Collection<OciDigest> digests) throws IOException;

    /** Returns once it has all on disk. @throws IOException if it has not within the limit */
    void keep(Server server, List<BlobRef> blobs, Duration limit) throws IOException;

    /**
     * The content from an offset; may break off, or be something else. The caller closes it.
     *
     * @param limit for all of it
     * @throws BlobAbsentException if it says that it does not have it
     */
    InputStream read(Server server, OciDigest digest, long offset, Duration limit) throws IOException;
}
