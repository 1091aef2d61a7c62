package dev.vt.images.rootfs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.images.Descriptor;
import dev.vt.images.DurableFiles;
import dev.vt.images.ImageConfig;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageLimits;
import dev.vt.images.ImageManifest;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.Platform;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.layer.Layer;
import dev.vt.images.layer.LayerMerger;
import dev.vt.images.layer.MergedImage;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache of one node, in one directory that nobody else writes.
 *
 * <pre>
 * blobs/HEX                 manifests, configurations, layers: verified
 * roots/KEY.squashfs        finished root file systems, mode 0444
 * roots/KEY.json            what is known about them, written last
 * partial/                  downloads (kept to be resumed) and builds (removed at start)
 * </pre>
 *
 * <p>KEY is the SHA-256 of image digest, format and builder, so another builder version builds anew.
 */
public final class LocalImageCache implements ImageCache {
    private static final Logger log = LoggerFactory.getLogger(LocalImageCache.class);
    private static final int MAX_BUILDS = 2;
    private static final int MAX_TABLE_BYTES = 1 << 20;
    private static final long MIN_USABLE_BYTES = 64L << 20;

    private final Path directory;
    private final RegistryClient registries;
    private final SquashfsBuilder builder;
    private final ImageLimits limits;
    private final Clock clock;
    private final BlobStore blobs;
    private final CacheCollector collector;
    private final SharedWork<String, RootFilesystem> builds = new SharedWork<>("image-build");
    private final Semaphore buildPlaces = new Semaphore(MAX_BUILDS);
    private final Map<String, String> pins = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> inUse = new ConcurrentHashMap<>();
    private final Set<String> verified = ConcurrentHashMap.newKeySet();

    /** @param directory is made if absent; unfinished builds in it are removed */
    public LocalImageCache(
            Path directory,
            RegistryClient registries,
            SquashfsBuilder builder,
            ImageLimits limits,
            CacheLimits cacheLimits,
            Clock clock)
            throws IOException {
        this.directory = directory;
        this.registries = registries;
        this.builder = builder;
        this.limits = limits;
        this.clock = clock;
        Files.createDirectories(roots());
        DurableFiles.deleteTree(directory.resolve("partial").resolve("builds"));
        Files.createDirectories(directory.resolve("partial").resolve("builds"));
        this.blobs = new BlobStore(directory, limits, clock);
        this.collector = new CacheCollector(directory, cacheLimits);
    }

    @Override
    public RootFilesystem rootfs(ImageRequest request, RegistryCredentials credentials) throws InterruptedException {
        OciDigest digest = OciDigest.parse(request.digest());
        String key = key(digest);
        return builds.run(key, limits.imageTime(), () -> {
            try {
                Optional<RootFilesystem> finished = finished(key, request.platform());
                return finished.isPresent() ? finished.get() : pullAndBuild(request, digest, key, credentials);
            } catch (IOException e) {
                boolean full = Files.getFileStore(directory).getUsableSpace() < MIN_USABLE_BYTES;
                throw new ImageException(
                        full ? ImageFailure.DISK_FULL : ImageFailure.BUILDER, "the image cache failed", e);
            } finally {
                inUse.remove(key);
            }
        });
    }

    @Override
    public void pin(String owner, String digest) {
        pins.put(owner, OciDigest.parse(digest).toString());
    }

    @Override
    public void unpin(String owner) {
        pins.remove(owner);
    }

    /** Removes what nobody names, least recently used first, if the cache is too large. @return bytes removed */
    public long collect() throws IOException {
        Set<String> keys = new LinkedHashSet<>(builds.keys());
        Set<String> keptBlobs = new LinkedHashSet<>();
        inUse.values().forEach(keptBlobs::addAll);
        for (String pinned : Set.copyOf(pins.values())) {
            OciDigest digest = OciDigest.parse(pinned);
            keys.add(key(digest));
            keptBlobs.add(digest.hex());
            blobs.manifestHere(digest).ifPresent(manifest -> keptBlobs.addAll(parts(manifest)));
        }
        long removed = collector.collect(keys, keptBlobs);
        if (removed > 0) {
            log.info("image cache cleaned bytes={}", removed);
        }
        return removed;
    }

    private static Set<String> parts(ImageManifest manifest) {
        Set<String> hex = new LinkedHashSet<>();
        hex.add(manifest.config().digest().hex());
        manifest.layers().forEach(layer -> hex.add(layer.digest().hex()));
        return hex;
    }

    private String key(OciDigest digest) {
        String parts = digest + "\n" + builder.format() + "\n" + builder.identity();
        return Digests.sha256Hex(parts.getBytes(StandardCharsets.UTF_8));
    }

    /** A root built earlier. Its hash is checked at its first use after start; a damaged one is removed. */
    private Optional<RootFilesystem> finished(String key, Platform platform) throws IOException {
        Path file = rootFile(key);
        Path metadataFile = metadataFile(key);
        if (!Files.exists(metadataFile) || !Files.exists(file)) {
            return Optional.empty();
        }
        RootMetadata metadata;
        try {
            metadata = Json.read(Files.readAllBytes(metadataFile), RootMetadata.class);
        } catch (IllegalArgumentException e) {
            log.warn("metadata of a cached root file system is unreadable key={}", key, e);
            remove(key);
            return Optional.empty();
        }
        if (!verified.contains(key) && !sha256(file).equals(metadata.sha256())) {
            log.warn("cached root file system is damaged and built anew key={}", key);
            remove(key);
            return Optional.empty();
        }
        verified.add(key);
        requirePlatform(metadata.config(), platform);
        Files.setLastModifiedTime(metadataFile, FileTime.from(clock.instant()));
        return Optional.of(metadata.at(file));
    }

    private RootFilesystem pullAndBuild(
            ImageRequest request, OciDigest digest, String key, RegistryCredentials credentials)
            throws IOException, InterruptedException {
        collect();
        long start = System.nanoTime();
        RegistryClient.Repository repository =
                registries.repository(request.reference(), credentials, request.plainHttp());
        ImageManifest manifest = blobs.manifest(repository, digest);
        inUse.put(key, parts(manifest));
        JsonNode configDocument = config(repository, manifest);
        ImageConfig config = ImageConfig.ofOci(configDocument);
        requirePlatform(config, request.platform());
        List<Layer> layers = layers(repository, manifest, configDocument);
        long pulled = System.nanoTime();
        buildPlaces.acquire();
        try {
            RootFilesystem root = build(digest, key, manifest, config, layers);
            log.info(
                    "root file system built digest={} bytes={} pull_ms={} build_ms={}",
                    digest,
                    root.sizeBytes(),
                    millis(pulled - start),
                    millis(System.nanoTime() - pulled));
            return root;
        } catch (ImageException e) {
            if (e.failure() == ImageFailure.DIGEST_MISMATCH) {
                for (Descriptor layer : manifest.layers()) {
                    blobs.delete(layer.digest());
                }
            }
            throw e;
        } finally {
            buildPlaces.release();
        }
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    private JsonNode config(RegistryClient.Repository repository, ImageManifest manifest)
            throws IOException, InterruptedException {
        Path file = blobs.fetch(repository, manifest.config());
        try {
            return Json.parse(Files.readAllBytes(file));
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the image configuration is not JSON", e);
        }
    }

    /** All layers as files; several are downloaded at a time. */
    private List<Layer> layers(RegistryClient.Repository repository, ImageManifest manifest, JsonNode configDocument)
            throws InterruptedException {
        List<OciDigest> diffIds = new ArrayList<>();
        for (JsonNode diffId : configDocument.path("rootfs").path("diff_ids")) {
            if (!OciDigest.isValid(diffId.asText())) {
                throw new ImageException(ImageFailure.UNSUPPORTED, "the image configuration has a bad diff_id");
            }
            diffIds.add(OciDigest.parse(diffId.asText()));
        }
        if (diffIds.size() != manifest.layers().size()) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "configuration and manifest differ in their layers");
        }
        List<Future<Path>> files = new ArrayList<>();
        try (ExecutorService downloads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (Descriptor layer : manifest.layers()) {
                    files.add(downloads.submit(() -> blobs.fetch(repository, layer)));
                }
                List<Layer> layers = new ArrayList<>();
                for (int i = 0; i < files.size(); i++) {
                    layers.add(new Layer(
                            result(files.get(i)),
                            MediaTypes.layerCompression(manifest.layers().get(i).mediaType()),
                            diffIds.get(i)));
                }
                return layers;
            } finally {
                downloads.shutdownNow();
            }
        }
    }

    private static Path result(Future<Path> download) throws InterruptedException {
        try {
            return download.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ImageException failure) {
                throw failure.again();
            }
            throw new IllegalStateException("a layer could not be downloaded", e);
        }
    }

    private RootFilesystem build(
            OciDigest digest, String key, ImageManifest manifest, ImageConfig config, List<Layer> layers)
            throws IOException, InterruptedException {
        Path work = directory.resolve("partial").resolve("builds").resolve(key);
        DurableFiles.deleteTree(work);
        Files.createDirectories(work);
        try (MergedImage merged = new LayerMerger(limits).merge(layers, work)) {
            UserTable users = UserTable.parse(table(merged, "etc/passwd"), table(merged, "etc/group"));
            Path file = work.resolve("root");
            builder.build(merged, file);
            RootMetadata metadata = new RootMetadata(
                    digest.toString(),
                    builder.format(),
                    builder.identity(),
                    sha256(file),
                    Files.size(file),
                    manifest.compressedBytes(),
                    merged.droppedDevices(),
                    config,
                    users);
            DurableFiles.publish(file, rootFile(key));
            Files.setPosixFilePermissions(rootFile(key), PosixFilePermissions.fromString("r--r--r--"));
            DurableFiles.write(metadataFile(key), Json.bytes(metadata));
            verified.add(key);
            return metadata.at(rootFile(key));
        } finally {
            DurableFiles.deleteTree(work);
        }
    }

    private static byte[] table(MergedImage merged, String path) throws IOException {
        byte[] content = merged.readFile(path, MAX_TABLE_BYTES);
        return content == null ? new byte[0] : content;
    }

    private static void requirePlatform(ImageConfig config, Platform platform) {
        if (!config.platform().equals(platform)) {
            throw new ImageException(
                    ImageFailure.UNSUPPORTED, "the image is for " + config.platform() + ", not for " + platform);
        }
    }

    private void remove(String key) throws IOException {
        Files.deleteIfExists(metadataFile(key));
        Files.deleteIfExists(rootFile(key));
        verified.remove(key);
    }

    private Path roots() {
        return directory.resolve("roots");
    }

    private Path rootFile(String key) {
        return roots().resolve(key + ".squashfs");
    }

    private Path metadataFile(String key) {
        return roots().resolve(key + ".json");
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest hash = Digests.newSha256();
        byte[] buffer = new byte[1 << 18];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                hash.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(hash.digest());
    }
}
