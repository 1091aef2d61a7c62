package dev.vt.images.client;

import dev.vt.images.Descriptor;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageReference;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.layout.ImageLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;

/** Pushes an image that lies on disk as an OCI layout. Blobs that the repository has are not sent again. */
public final class ImagePusher {
    private final RegistryClient registries;

    public ImagePusher(RegistryClient registries) {
        this.registries = registries;
    }

    /**
     * Pushes the layout's image under the reference's tag (or digest, if it has one).
     *
     * @return the digest of the pushed manifest or index
     * @throws ImageException if the registry refuses or cannot be reached
     * @throws UncheckedIOException if the layout cannot be read
     */
    public OciDigest push(Path layoutDirectory, ImageReference reference, RegistryCredentials credentials)
            throws InterruptedException {
        RegistrySession session =
                registries.writableRepository(reference, credentials).session();
        try {
            ImageLayout layout = ImageLayout.open(layoutDirectory);
            Descriptor top = layout.image();
            pushManifest(session, layout, top, reference.target());
            return top.digest();
        } catch (IOException e) {
            throw new UncheckedIOException("the image layout could not be read", e);
        }
    }

    private void pushManifest(RegistrySession session, ImageLayout layout, Descriptor manifest, String target)
            throws IOException, InterruptedException {
        if (MediaTypes.INDEXES.contains(manifest.mediaType())) {
            for (Descriptor child : layout.children(manifest)) {
                pushManifest(session, layout, child, child.digest().toString());
            }
        } else {
            for (Descriptor blob : layout.children(manifest)) {
                pushBlob(session, blob, layout.blob(blob.digest()));
            }
        }
        byte[] content = layout.read(manifest);
        registries.retries().run(() -> {
            RegistrySession.discard(session.exchange(
                    "PUT",
                    session.uri("manifests/" + target),
                    Map.of("Content-Type", manifest.mediaType()),
                    BodyPublishers.ofByteArray(content)));
            return true;
        });
    }

    private void pushBlob(RegistrySession session, Descriptor blob, Path file) throws InterruptedException {
        registries.retries().run(() -> {
            if (!exists(session, blob)) {
                upload(session, blob, file);
            }
            return true;
        });
    }

    private static boolean exists(RegistrySession session, Descriptor blob) throws IOException, InterruptedException {
        try {
            RegistrySession.discard(
                    session.exchange("HEAD", session.uri("blobs/" + blob.digest()), Map.of(), BodyPublishers.noBody()));
            return true;
        } catch (ImageException e) {
            if (e.failure() == ImageFailure.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private static void upload(RegistrySession session, Descriptor blob, Path file)
            throws IOException, InterruptedException {
        URI uploads = session.uri("blobs/uploads/");
        HttpResponse<InputStream> started = session.exchange("POST", uploads, Map.of(), BodyPublishers.noBody());
        RegistrySession.discard(started);
        String location = started.headers().firstValue("Location").orElse("");
        URI upload =
                session.resolve(uploads, location + (location.contains("?") ? "&" : "?") + "digest=" + blob.digest());
        BodyPublisher body = BodyPublishers.ofFile(file);
        RegistrySession.discard(
                session.exchange("PUT", upload, Map.of("Content-Type", "application/octet-stream"), body));
    }
}
