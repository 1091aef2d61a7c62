package dev.vt.images.rootfs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.images.Descriptor;
import dev.vt.images.DurableFiles;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageLimits;
import dev.vt.images.ImageManifest;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.client.RegistryClient;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Verified manifests, configurations and layers of a node, by digest. A file is here only after its digest was checked.
 * Safe for use by many threads; one download per digest, at most four at a time.
 */
final class BlobStore {
    private static final int MAX_DOWNLOADS = 4;

    private final Path blobs;
    private final Path partial;
    private final ImageLimits limits;
    private final Clock clock;
    private final SharedWork<OciDigest, Path> downloads = new SharedWork<>("blob-download");
    private final Semaphore places = new Semaphore(MAX_DOWNLOADS);

    BlobStore(Path directory, ImageLimits limits, Clock clock) throws IOException {
        this.blobs = Files.createDirectories(directory.resolve("blobs"));
        this.partial = Files.createDirectories(directory.resolve("partial").resolve("blobs"));
        this.limits = limits;
        this.clock = clock;
    }

    /** A blob as a file, downloaded if it is not here. */
    Path fetch(RegistryClient.Repository from, Descriptor blob) throws InterruptedException {
        Path file = path(blob.digest());
        if (isHere(file)) {
            return file;
        }
        return downloads.run(blob.digest(), limits.imageTime(), () -> {
            if (!isHere(file)) {
                places.acquire();
                try {
                    Path growing = partial.resolve(blob.digest().hex());
                    from.download(blob, growing, limits.layerTime());
                    keep(growing, file);
                } finally {
                    places.release();
                }
            }
            return file;
        });
    }

    /** The manifest of an image, from here or from the registry. */
    ImageManifest manifest(RegistryClient.Repository from, OciDigest digest) throws IOException, InterruptedException {
        Path file = path(digest);
        if (!isHere(file)) {
            byte[] content = from.manifest(digest.toString()).content();
            parse(content);
            Path temporary = Files.createTempFile(partial, "manifest-", "");
            Files.write(temporary, content);
            keep(temporary, file);
        }
        byte[] content = Files.readAllBytes(file);
        if (!OciDigest.of(content).equals(digest)) {
            delete(digest);
            throw new ImageException(ImageFailure.NETWORK, "a cached manifest was damaged and is fetched anew");
        }
        return parse(content);
    }

    /** The manifest, if it is here; to find out which blobs an image needs. */
    Optional<ImageManifest> manifestHere(OciDigest digest) throws IOException {
        Path file = path(digest);
        return Files.exists(file) ? Optional.of(parse(Files.readAllBytes(file))) : Optional.empty();
    }

    void delete(OciDigest digest) throws IOException {
        Files.deleteIfExists(path(digest));
    }

    Path directory() {
        return blobs;
    }

    private ImageManifest parse(byte[] content) {
        JsonNode mediaType = Json.parse(content).path("mediaType");
        return ImageManifest.parse(mediaType.asText(MediaTypes.OCI_MANIFEST), content, limits);
    }

    private boolean isHere(Path file) {
        if (!Files.exists(file)) {
            return false;
        }
        touch(file);
        return true;
    }

    private void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } catch (IOException e) {
            throw new ImageException(ImageFailure.BUILDER, "the image cache cannot be written", e);
        }
    }

    private static void keep(Path finished, Path target) throws IOException {
        try {
            Files.setPosixFilePermissions(finished, PosixFilePermissions.fromString("rw-r--r--"));
            DurableFiles.publish(finished, target);
        } catch (IOException e) {
            throw new ImageException(ImageFailure.DISK_FULL, "a blob could not be kept", e);
        }
    }

    private Path path(OciDigest digest) {
        return blobs.resolve(digest.hex());
    }
}
