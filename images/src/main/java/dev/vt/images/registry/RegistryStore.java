package dev.vt.images.registry;

import dev.vt.images.DurableFiles;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The bytes of blobs and manifests on this server's disk. Safe for use by many threads.
 *
 * <pre>
 * blobs/ab/abcd…                     content, named by its SHA-256; last modified: when somebody last asked that it stay
 * incoming/abcd…                     what has come so far from another server; goes on after a restart
 * repositories/NAME/_blobs/abcd…     empty: the blob was uploaded to, or mounted into, this repository here
 * uploads/UUID                       unfinished, forgotten at restart
 * </pre>
 *
 * <p>Path components of repository names never begin with an underscore, so {@code _blobs} cannot clash.
 */
public final class RegistryStore {
    private final Path root;
    private final RegistryLimits limits;
    private final Clock clock;
    private final Map<String, BlobUpload> uploads = new ConcurrentHashMap<>();
    /** Held while it is decided whether a file goes: nobody may ask meanwhile that it stay. */
    private final ReentrantLock deleting = new ReentrantLock();

    public RegistryStore(Path root, RegistryLimits limits, Clock clock) throws IOException {
        this.root = root;
        this.limits = limits;
        this.clock = clock;
        DurableFiles.deleteTree(uploadsDirectory());
        for (Path directory : List.of(
                root.resolve("blobs"), root.resolve("incoming"), root.resolve("repositories"), uploadsDirectory())) {
            Files.createDirectories(directory);
        }
    }

    /** The file of a blob or manifest, if it is here. */
    public Optional<Path> file(OciDigest digest) {
        Path file = blobFile(digest);
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    /** The size of a blob that was uploaded to the repository at this server and is still kept. */
    public OptionalLong uploaded(String repository, OciDigest digest) throws IOException {
        return Files.exists(blobLink(repository, digest)) ? size(digest) : OptionalLong.empty();
    }

    private OptionalLong size(OciDigest digest) throws IOException {
        try {
            return OptionalLong.of(Files.size(blobFile(digest)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Asks that the file stay for the time that unnamed content is kept, from now.
     *
     * @return whether it is here
     */
    public boolean hold(OciDigest digest) throws IOException {
        deleting.lock();
        try {
            Files.setLastModifiedTime(blobFile(digest), FileTime.from(clock.instant()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } finally {
            deleting.unlock();
        }
    }

    /** Where content is gathered that comes from another server. One thread at a time has it; the caller sees to that. */
    public Path incoming(OciDigest digest) {
        return root.resolve("incoming").resolve(digest.hex());
    }

    /** Takes {@link #incoming} in, whose digest the caller has verified. Durable when it returns. */
    public void adopt(OciDigest digest) throws IOException {
        publishBlob(incoming(digest), digest);
    }

    /** The largest blob that is taken, in bytes. */
    public long maxBlobBytes() {
        return limits.maxBlobBytes();
    }

    /** Stores a manifest. Durable when it returns. */
    void put(OciDigest digest, byte[] content) throws IOException {
        Path temporary = uploadsDirectory().resolve(UUID.randomUUID().toString());
        Files.write(temporary, content);
        publishBlob(temporary, digest);
    }

    /**
     * Deletes what nobody names and nobody has asked for since, and forgets uploads of before.
     *
     * @param named stays, however old
     * @return how many files went
     */
    public int collect(Set<OciDigest> named, Instant before) throws IOException {
        int gone = 0;
        for (Path file : files(root.resolve("blobs"))) {
            String name = String.valueOf(file.getFileName());
            if (!OciDigest.isValid("sha256:" + name) || !named.contains(new OciDigest(name))) {
                gone += deleteIfOlder(file, before) ? 1 : 0;
            }
        }
        for (Path file : files(root.resolve("incoming"))) {
            gone += deleteIfOlder(file, before) ? 1 : 0;
        }
        for (Path link : files(root.resolve("repositories"))) {
            deleteIfOlder(link, before);
        }
        return gone;
    }

    private boolean deleteIfOlder(Path file, Instant before) throws IOException {
        deleting.lock();
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(before) && Files.deleteIfExists(file);
        } catch (NoSuchFileException e) {
            return false;
        } finally {
            deleting.unlock();
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> out = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(Files::isRegularFile).forEach(out::add);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return out;
    }

    void deleteUpload(String repository, OciDigest digest) throws IOException {
        if (!Files.deleteIfExists(blobLink(repository, digest))) {
            throw new RegistryException(Code.BLOB_UNKNOWN, "blob unknown to repository");
        }
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

    /**
     * Appends the last bytes, verifies the digest and makes the blob visible. A wrong digest ends the upload.
     *
     * @return the size in bytes
     */
    long finish(String repository, String id, InputStream body, OciDigest expected) throws IOException {
        BlobUpload upload = upload(repository, id);
        upload.enter(clock.instant());
        try {
            upload.append(body);
            uploads.remove(id);
            if (!upload.finish().equals(expected)) {
                throw new RegistryException(Code.DIGEST_INVALID, "content does not have the digest " + expected);
            }
            publishBlob(upload.file(), expected);
            link(repository, expected);
            return upload.size();
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

    /** Makes a blob that is here visible in a repository. */
    void link(String repository, OciDigest digest) throws IOException {
        Path link = blobLink(repository, digest);
        Files.createDirectories(link.resolveSibling("."));
        DurableFiles.write(link, new byte[0]);
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
        if (hold(digest)) {
            Files.deleteIfExists(finished);
            return;
        }
        Path target = blobFile(digest);
        Files.createDirectories(target.resolveSibling("."));
        // What was gathered over days is as new as what was uploaded at once.
        Files.setLastModifiedTime(finished, FileTime.from(clock.instant()));
        DurableFiles.publish(finished, target);
    }

    private Path uploadsDirectory() {
        return root.resolve("uploads");
    }

    private Path blobFile(OciDigest digest) {
        return root.resolve("blobs").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    private Path blobLink(String repository, OciDigest digest) {
        return root.resolve("repositories")
                .resolve(repository)
                .resolve("_blobs")
                .resolve(digest.hex());
    }
}
