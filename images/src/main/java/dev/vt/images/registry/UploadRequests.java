package dev.vt.images.registry;

import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryAccess.Action;
import dev.vt.images.registry.RegistryException.Code;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The requests of uploads, which stay at this server; the caller may push. Runs on the threads of requests. */
final class UploadRequests {
    private final RegistryStore store;
    private final VisibleBlobs visible;
    private final BlobPeers peers;

    UploadRequests(RegistryStore store, VisibleBlobs visible, BlobPeers peers) {
        this.store = store;
        this.visible = visible;
        this.peers = peers;
    }

    void start(String repository, ServerRequest request, ServerResponse response, RegistryAccess access)
            throws IOException {
        Parameters query = request.query();
        Optional<String> mount = query.first("mount").asOptional();
        Optional<String> from = query.first("from").asOptional();
        if (mount.isPresent() && from.isPresent() && ImageReference.isPath(from.get())) {
            OciDigest digest = digest(mount.get());
            // Without the right to read the source, the answer is the same as when it lacks the blob: an upload.
            if (access.allows(from.get(), Action.PULL) && mounted(repository, from.get(), digest)) {
                created(repository, digest, response);
                return;
            }
        }
        String id = store.startUpload(repository);
        Optional<String> digest = query.first("digest").asOptional();
        if (digest.isPresent()) {
            OciDigest expected = digest(digest.get());
            try (InputStream body = request.content().inputStream()) {
                finish(repository, id, body, expected);
            }
            created(repository, expected, response);
            return;
        }
        progress(response.status(202), repository, id, 0);
    }

    void proceed(String repository, String id, String method, ServerRequest request, ServerResponse response)
            throws IOException {
        switch (method) {
            case "GET" -> progress(response.status(204), repository, id, store.uploadSize(repository, id));
            case "PATCH" -> {
                try (InputStream body = request.content().inputStream()) {
                    long size = store.append(repository, id, chunkStart(request), body);
                    progress(response.status(202), repository, id, size);
                }
            }
            case "PUT" -> {
                OciDigest expected = digest(request.query().first("digest").orElse(""));
                try (InputStream body = request.content().inputStream()) {
                    finish(repository, id, body, expected);
                }
                created(repository, expected, response);
            }
            case "DELETE" -> {
                store.cancelUpload(repository, id);
                response.status(204).send();
            }
            default -> throw RegistryService.methodNotAllowed();
        }
    }

    private boolean mounted(String repository, String from, OciDigest digest) throws IOException {
        Optional<BlobRef> blob = visible.find(from, digest, false);
        if (blob.isEmpty() || (!store.hold(digest) && !peers.fetch(List.of(blob.get())))) {
            return false;
        }
        store.link(repository, digest);
        return true;
    }

    private void finish(String repository, String id, InputStream body, OciDigest expected) throws IOException {
        peers.spread(new BlobRef(expected, store.finish(repository, id, body, expected)));
    }

    /** The start of {@code Content-Range: <start>-<end>}; −1 without the header. */
    private static long chunkStart(ServerRequest request) {
        Optional<String> range = request.headers().first(HeaderNames.CONTENT_RANGE);
        if (range.isEmpty()) {
            return -1;
        }
        String text = range.get().toLowerCase(Locale.ROOT).replace("bytes ", "");
        int dash = text.indexOf('-');
        if (dash < 1 || !text.substring(0, dash).matches("\\d{1,18}")) {
            throw new RegistryException(Code.BLOB_UPLOAD_INVALID, "Content-Range is not <start>-<end>");
        }
        return Long.parseLong(text.substring(0, dash));
    }

    private static void progress(ServerResponse response, String repository, String id, long size) {
        response.header("Location", "/v2/" + repository + "/blobs/uploads/" + id)
                .header("Docker-Upload-UUID", id)
                .header("Range", "0-" + Math.max(0, size - 1))
                .send();
    }

    private static void created(String repository, OciDigest digest, ServerResponse response) {
        response.status(201)
                .header("Location", "/v2/" + repository + "/blobs/" + digest)
                .header("Docker-Content-Digest", digest.toString())
                .send();
    }

    private static OciDigest digest(String text) {
        if (!OciDigest.isValid(text)) {
            throw new RegistryException(Code.DIGEST_INVALID, "not a sha256 digest");
        }
        return OciDigest.parse(text);
    }
}
