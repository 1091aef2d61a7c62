package dev.vt.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.images.DurableFiles;
import dev.vt.images.ImageReference;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryException.Code;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Blobs, manifests and tags on disk. Safe for use by many threads.
 *
 * <pre>
 * blobs/ab/abcd…                        content, named by its SHA-256
 * repositories/NAME/_blobs/abcd…        empty: the blob is visible in this repository
 * repositories/NAME/_manifests/abcd…    the manifest's media type
 * repositories/NAME/_tags/TAG           a digest
 * uploads/UUID                          unfinished, forgotten at restart
 * </pre>
 *
 * <p>Path components of repository names never begin with an underscore, so the three directories cannot clash.
 */
public final class RegistryStore {
    private final Path root;
    private final RegistryLimits limits;
    private final Clock clock;
    private final Map<String, BlobUpload> uploads = new ConcurrentHashMap<>();

    public RegistryStore(Path root, RegistryLimits limits, Clock clock) throws IOException {
        this.root = root;
        this.limits = limits;
        this.clock = clock;
        DurableFiles.deleteTree(uploadsDirectory());
        for (Path directory : List.of(root.resolve("blobs"), root.resolve("repositories"), uploadsDirectory())) {
            Files.createDirectories(directory);
        }
    }

    /** The file of a blob that is visible in the repository. */
    Optional<Path> blob(String repository, OciDigest digest) {
        return Files.exists(blobLink(repository, digest)) ? Optional.of(blobFile(digest)) : Optional.empty();
    }

    void deleteBlob(String repository, OciDigest digest) throws IOException {
        if (!Files.deleteIfExists(blobLink(repository, digest))) {
            throw new RegistryException(Code.BLOB_UNKNOWN, "blob unknown to repository");
        }
    }

    /** Makes a blob of one repository visible in another. @return false if the source does not have it */
    boolean mount(String repository, String from, OciDigest digest) throws IOException {
        if (blob(from, digest).isEmpty()) {
            return false;
        }
        linkBlob(repository, digest);
        return true;
    }

    String startUpload(String repository) throws IOException {
        Instant now = clock.instant();
        dropIdleUploads(now);
        if (uploads.size() >= limits.maxUploads()) {
            throw new RegistryException(Code.TOOMANYREQUESTS, "too many unfinished uploads");
        }
        String id = UUID.randomUUID().toString();
        uploads.put(id, new BlobUpload(repository, uploadsDirectory().resolve(id), limits.maxBlobBytes(), now));
        return id;
    }

    long uploadSize(String repository, String id) {
        return upload(repository, id).size();
    }

    /**
     * Appends to an upload.
     *
     * @param offset where the client believes it is, −1 if it does not say
     * @return the size afterwards
     */
    long append(String repository, String id, long offset, InputStream body) throws IOException {
        BlobUpload upload = upload(repository, id);
        upload.enter(clock.instant());
        try {
            if (offset >= 0 && offset != upload.size()) {
                throw new RegistryException(Code.BLOB_UPLOAD_INVALID, "upload is at offset " + upload.size());
            }
            upload.append(body);
            return upload.size();
        } finally {
            upload.leave();
        }
    }

    /** Appends the last bytes, verifies the digest and makes the blob visible. A wrong digest ends the upload. */
    void finish(String repository, String id, InputStream body, OciDigest expected) throws IOException {
        BlobUpload upload = upload(repository, id);
        upload.enter(clock.instant());
        try {
            upload.append(body);
            uploads.remove(id);
            if (!upload.finish().equals(expected)) {
                throw new RegistryException(Code.DIGEST_INVALID, "content does not have the digest " + expected);
            }
            publishBlob(upload.file(), expected);
            linkBlob(repository, expected);
        } finally {
            upload.leave();
            if (!uploads.containsKey(id)) {
                Files.deleteIfExists(upload.file());
            }
        }
    }

    void cancelUpload(String repository, String id) throws IOException {
        BlobUpload upload = upload(repository, id);
        upload.enter(clock.instant());
        try {
            uploads.remove(id);
            Files.deleteIfExists(upload.file());
        } finally {
            upload.leave();
        }
    }

    /** @param reference a tag or a digest */
    Optional<StoredManifest> manifest(String repository, String reference) throws IOException {
        try {
            OciDigest digest;
            if (OciDigest.isValid(reference)) {
                digest = OciDigest.parse(reference);
            } else if (ImageReference.isTag(reference)) {
                digest = OciDigest.parse(Files.readString(tagFile(repository, reference)));
            } else {
                return Optional.empty();
            }
            String mediaType = Files.readString(manifestLink(repository, digest));
            return Optional.of(new StoredManifest(digest, mediaType, Files.readAllBytes(blobFile(digest))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Stores a manifest whose parts are all in the repository, and moves the tag if the reference is one.
     *
     * @param reference a tag, or the digest of the content
     */
    OciDigest putManifest(String repository, String reference, String mediaType, byte[] content) throws IOException {
        OciDigest digest = OciDigest.of(content);
        boolean byDigest = OciDigest.isValid(reference);
        if (!byDigest && !ImageReference.isTag(reference)) {
            throw new RegistryException(Code.MANIFEST_INVALID, "neither a tag nor a sha256 digest");
        }
        if (byDigest && !reference.equals(digest.toString())) {
            throw new RegistryException(Code.DIGEST_INVALID, "manifest has the digest " + digest);
        }
        requireParts(repository, mediaType, content);
        Path temporary = uploadsDirectory().resolve(UUID.randomUUID().toString());
        Files.write(temporary, content);
        publishBlob(temporary, digest);
        writeUnder(manifestLink(repository, digest), mediaType);
        if (!byDigest) {
            writeUnder(tagFile(repository, reference), digest.toString());
        }
        return digest;
    }

    /** Deletes a tag, or a manifest with all tags that point at it. */
    void deleteManifest(String repository, String reference) throws IOException {
        if (!OciDigest.isValid(reference)) {
            if (!ImageReference.isTag(reference) || !Files.deleteIfExists(tagFile(repository, reference))) {
                throw new RegistryException(Code.MANIFEST_UNKNOWN, "manifest unknown");
            }
            return;
        }
        if (!Files.deleteIfExists(manifestLink(repository, OciDigest.parse(reference)))) {
            throw new RegistryException(Code.MANIFEST_UNKNOWN, "manifest unknown");
        }
        for (String tag : tags(repository)) {
            if (Files.readString(tagFile(repository, tag)).equals(reference)) {
                Files.deleteIfExists(tagFile(repository, tag));
            }
        }
    }

    /** Sorted; empty also for a repository that does not exist. */
    List<String> tags(String repository) throws IOException {
        Path directory = repositoryDirectory(repository).resolve("_tags");
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(ImageReference::isTag)
                    .sorted()
                    .toList();
        }
    }

    boolean hasRepository(String repository) {
        return Files.isDirectory(repositoryDirectory(repository).resolve("_manifests"));
    }

    private void requireParts(String repository, String mediaType, byte[] content) {
        JsonNode manifest;
        try {
            manifest = Json.parse(content);
        } catch (IllegalArgumentException e) {
            throw new RegistryException(Code.MANIFEST_INVALID, "manifest is not JSON");
        }
        if (manifest.path("schemaVersion").asInt() != 2) {
            throw new RegistryException(Code.MANIFEST_INVALID, "schemaVersion is not 2");
        }
        JsonNode named = manifest.path("mediaType");
        if (!named.isMissingNode() && !named.asText().equals(mediaType)) {
            throw new RegistryException(Code.MANIFEST_INVALID, "Content-Type is not the manifest's mediaType");
        }
        List<JsonNode> parts = new ArrayList<>();
        if (MediaTypes.INDEXES.contains(mediaType)) {
            for (JsonNode child : manifest.path("manifests")) {
                OciDigest digest = digestOf(child);
                if (!Files.exists(manifestLink(repository, digest))) {
                    throw new RegistryException(Code.MANIFEST_BLOB_UNKNOWN, "index names an unknown " + digest);
                }
            }
        } else if (MediaTypes.MANIFESTS.contains(mediaType)) {
            parts.add(manifest.path("config"));
            manifest.path("layers").forEach(parts::add);
        } else {
            throw new RegistryException(Code.MANIFEST_INVALID, "not a media type of an image manifest or index");
        }
        for (JsonNode part : parts) {
            OciDigest digest = digestOf(part);
            if (blob(repository, digest).isEmpty()) {
                throw new RegistryException(Code.MANIFEST_BLOB_UNKNOWN, "manifest names an unknown " + digest);
            }
        }
    }

    private static OciDigest digestOf(JsonNode descriptor) {
        String text = descriptor.path("digest").asText("");
        if (!OciDigest.isValid(text)) {
            throw new RegistryException(Code.MANIFEST_INVALID, "a descriptor has no sha256 digest");
        }
        return OciDigest.parse(text);
    }

    private BlobUpload upload(String repository, String id) {
        BlobUpload upload = uploads.get(id);
        if (upload == null || !upload.repository().equals(repository)) {
            throw new RegistryException(Code.BLOB_UPLOAD_UNKNOWN, "upload unknown");
        }
        return upload;
    }

    private void dropIdleUploads(Instant now) throws IOException {
        Instant oldest = now.minus(limits.uploadIdle());
        for (Map.Entry<String, BlobUpload> entry : List.copyOf(uploads.entrySet())) {
            BlobUpload upload = entry.getValue();
            if (upload.lastUsed().isBefore(oldest) && !upload.inUse()) {
                uploads.remove(entry.getKey());
                Files.deleteIfExists(upload.file());
            }
        }
    }

    private void publishBlob(Path finished, OciDigest digest) throws IOException {
        Path target = blobFile(digest);
        if (Files.exists(target)) {
            Files.deleteIfExists(finished);
            return;
        }
        Files.createDirectories(target.resolveSibling("."));
        DurableFiles.publish(finished, target);
    }

    private void linkBlob(String repository, OciDigest digest) throws IOException {
        Path link = blobLink(repository, digest);
        if (!Files.exists(link)) {
            writeUnder(link, "");
        }
    }

    private static void writeUnder(Path file, String text) throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        DurableFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path uploadsDirectory() {
        return root.resolve("uploads");
    }

    private Path blobFile(OciDigest digest) {
        return root.resolve("blobs").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    private Path repositoryDirectory(String repository) {
        return root.resolve("repositories").resolve(repository);
    }

    private Path blobLink(String repository, OciDigest digest) {
        return repositoryDirectory(repository).resolve("_blobs").resolve(digest.hex());
    }

    private Path manifestLink(String repository, OciDigest digest) {
        return repositoryDirectory(repository).resolve("_manifests").resolve(digest.hex());
    }

    private Path tagFile(String repository, String tag) {
        return repositoryDirectory(repository).resolve("_tags").resolve(tag);
    }
}
