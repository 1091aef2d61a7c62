package dev.vt.images.client;

import dev.vt.images.Descriptor;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageReference;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.RegistryCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The way to all registries: connections, retries, verification. Safe for use by many threads. */
public final class RegistryClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final String ACCEPT = String.join(
            ", ", MediaTypes.OCI_INDEX, MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_INDEX, MediaTypes.DOCKER_MANIFEST);

    private final HttpClient http;
    private final RegistryOptions options;
    private final Retries retries;

    public RegistryClient(RegistryOptions options, Retries retries) {
        this.options = options;
        this.retries = retries;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT);
        options.tls().ifPresent(builder::sslContext);
        this.http = builder.build();
    }

    public RegistryClient(RegistryOptions options) {
        this(options, Retries.sleeping());
    }

    /** A manifest or index, byte for byte, with a verified digest. */
    public record FetchedManifest(String mediaType, OciDigest digest, byte[] content) {}

    /** What a pull needs: where from, and as whom. */
    public final class Repository {
        private final RegistrySession session;
        private final ImageReference reference;

        private Repository(ImageReference reference, RegistrySession session) {
            this.reference = reference;
            this.session = session;
        }

        /**
         * Fetches a manifest or index by tag or digest.
         *
         * @throws ImageException {@code digest_mismatch} if it was asked for by digest and has another
         */
        public FetchedManifest manifest(String target) throws InterruptedException {
            return retries.run(() -> fetchManifest(target));
        }

        private FetchedManifest fetchManifest(String target) throws IOException, InterruptedException {
            HttpResponse<InputStream> response =
                    session.get(session.uri("manifests/" + target), Map.of("Accept", ACCEPT));
            byte[] content;
            try (InputStream body = new StallGuard(response.body(), options.stallTimeout())) {
                content = body.readNBytes(MediaTypes.MAX_MANIFEST_BYTES + 1);
            }
            if (content.length > MediaTypes.MAX_MANIFEST_BYTES) {
                throw new ImageException(ImageFailure.TOO_LARGE_COMPRESSED, "the manifest is larger than 4 MiB");
            }
            OciDigest digest = OciDigest.of(content);
            if (OciDigest.isValid(target) && !target.equals(digest.toString())) {
                throw new ImageException(ImageFailure.DIGEST_MISMATCH, "the manifest does not have its digest");
            }
            Optional<String> type = response.headers().firstValue("Content-Type");
            return new FetchedManifest(
                    type.map(RegistryClient::withoutParameters).orElse(""), digest, content);
        }

        /** Reads a small blob, such as an image configuration, into memory. */
        public byte[] smallBlob(Descriptor blob) throws InterruptedException {
            if (blob.size() > MediaTypes.MAX_MANIFEST_BYTES) {
                throw new ImageException(ImageFailure.TOO_LARGE_COMPRESSED, "the configuration is larger than 4 MiB");
            }
            return retries.run(() -> {
                HttpResponse<InputStream> response = session.get(session.uri("blobs/" + blob.digest()), Map.of());
                byte[] content;
                try (InputStream body = new StallGuard(response.body(), options.stallTimeout())) {
                    content = body.readNBytes((int) blob.size() + 1);
                }
                if (content.length < blob.size()) {
                    throw new IOException("the registry sent less than announced");
                }
                if (content.length != blob.size() || !OciDigest.of(content).equals(blob.digest())) {
                    throw new ImageException(ImageFailure.DIGEST_MISMATCH, "a blob does not have its digest or size");
                }
                return content;
            });
        }

        /**
         * Downloads a blob into a file, going on where an earlier attempt left off, and verifies size and digest.
         *
         * @param partial the file that grows; deleted if its content turns out wrong
         * @param limit for the whole download
         */
        public void download(Descriptor blob, Path partial, Duration limit) throws InterruptedException {
            BlobDownload download = new BlobDownload(session, blob, partial, options.stallTimeout(), limit);
            try {
                retries.run(
                        () -> {
                            download.attempt();
                            return true;
                        },
                        download::received);
            } finally {
                download.close();
            }
        }

        RegistrySession session() {
            return session;
        }

        public ImageReference reference() {
            return reference;
        }
    }

    /** @param plainHttp speak HTTP with this registry although it is not in the list of options */
    public Repository repository(ImageReference reference, RegistryCredentials credentials, boolean plainHttp) {
        return new Repository(reference, new RegistrySession(http, options, reference, credentials, plainHttp, "pull"));
    }

    Repository writableRepository(ImageReference reference, RegistryCredentials credentials) {
        return new Repository(
                reference, new RegistrySession(http, options, reference, credentials, false, "pull,push"));
    }

    Retries retries() {
        return retries;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static String withoutParameters(String contentType) {
        int semicolon = contentType.indexOf(';');
        return semicolon < 0
                ? contentType.strip()
                : contentType.substring(0, semicolon).strip();
    }
}
