package dev.vt.images.layout;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.images.Descriptor;
import dev.vt.images.ImageConfig;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.layer.TarEntry;
import dev.vt.images.layer.TarWriter;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Builds a one-layer image and writes it as an OCI image layout. The same content gives the same digest: owners are root,
 * times are 1970, entries are sorted. Used by one thread.
 */
public final class LayoutWriter {
    private final TreeMap<String, Content> entries = new TreeMap<>();

    /** Opens the bytes of a file each time they are needed. */
    @FunctionalInterface
    private interface Opener {
        InputStream open() throws IOException;
    }

    private record Content(TarEntry entry, @Nullable Opener bytes) {}

    /** @param path absolute, in the image; parents are made when they are missing */
    public LayoutWriter directory(String path, int mode) {
        String name = relative(path);
        return put(name, TarEntry.directory(name + "/", mode), null);
    }

    public LayoutWriter file(String path, byte[] content, int mode) {
        String name = relative(path);
        return put(name, TarEntry.file(name, mode, content.length), () -> new ByteArrayInputStream(content));
    }

    /** Takes a file of the host; it must not change before {@link #write}. */
    public LayoutWriter file(String path, Path content, int mode) throws IOException {
        String name = relative(path);
        return put(name, TarEntry.file(name, mode, Files.size(content)), () -> Files.newInputStream(content));
    }

    public LayoutWriter symlink(String path, String target) {
        String name = relative(path);
        return put(name, TarEntry.symlink(name, new String(target.getBytes(UTF_8), ISO_8859_1)), null);
    }

    /** Takes all files, directories and links below a directory of the host. */
    public LayoutWriter tree(Path hostDirectory, String prefix) throws IOException {
        try (Stream<Path> paths = Files.walk(hostDirectory)) {
            for (Path path : paths.toList()) {
                String inside = hostDirectory.relativize(path).toString();
                if (!inside.isEmpty()) {
                    add(path, prefix + "/" + inside);
                }
            }
        }
        return this;
    }

    private void add(Path source, String path) throws IOException {
        if (Files.isSymbolicLink(source)) {
            symlink(path, Files.readSymbolicLink(source).toString());
        } else if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
            directory(path, mode(source));
        } else {
            file(path, source, mode(source));
        }
    }

    private static int mode(Path source) throws IOException {
        return (Integer) Files.getAttribute(source, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }

    /** Changes the owner of one entry; root is the default. */
    public LayoutWriter owner(String path, long uid, long gid) {
        entries.computeIfPresent(
                relative(path), (name, content) -> new Content(content.entry().withOwner(uid, gid), content.bytes()));
        return this;
    }

    /**
     * Writes the layout.
     *
     * @param layoutDirectory is made if absent; what it held before is not removed
     * @return digest of the manifest
     */
    public OciDigest write(Path layoutDirectory, ImageConfig config) throws IOException {
        Path blobs = Files.createDirectories(layoutDirectory.resolve("blobs").resolve("sha256"));
        MessageDigest diffId = Digests.newSha256();
        Path layerFile = Files.createTempFile(blobs, ".layer-", "");
        MessageDigest layerHash = Digests.newSha256();
        try (OutputStream file = new DigestOutputStream(Files.newOutputStream(layerFile), layerHash);
                TarWriter tar = new TarWriter(new DigestOutputStream(new GZIPOutputStream(file, 1 << 16), diffId))) {
            for (Content content : entries.values()) {
                try (InputStream bytes = content.bytes() == null
                        ? InputStream.nullInputStream()
                        : content.bytes().open()) {
                    tar.write(content.entry(), content.bytes() == null ? null : bytes);
                }
            }
        }
        OciDigest layerDigest = new OciDigest(HexFormat.of().formatHex(layerHash.digest()));
        Descriptor layer = new Descriptor(MediaTypes.OCI_LAYER_GZIP, layerDigest, Files.size(layerFile));
        Files.move(layerFile, blobs.resolve(layerDigest.hex()), StandardCopyOption.REPLACE_EXISTING);

        OciDigest diff = new OciDigest(HexFormat.of().formatHex(diffId.digest()));
        Descriptor configBlob = put(blobs, MediaTypes.OCI_CONFIG, Json.bytes(configDocument(config, diff)));
        ObjectNode manifest = Json.object().put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_MANIFEST);
        manifest.set("config", configBlob.toJson());
        manifest.putArray("layers").add(layer.toJson());
        Descriptor image = put(blobs, MediaTypes.OCI_MANIFEST, Json.bytes(manifest));

        ObjectNode index = Json.object().put("schemaVersion", 2).put("mediaType", MediaTypes.OCI_INDEX);
        index.putArray("manifests").add(image.toJson());
        Files.write(layoutDirectory.resolve("index.json"), Json.bytes(index));
        Files.write(layoutDirectory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(UTF_8));
        return image.digest();
    }

    private LayoutWriter put(String name, TarEntry entry, @Nullable Opener bytes) {
        for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
            String parent = name.substring(0, slash);
            entries.putIfAbsent(parent, new Content(TarEntry.directory(parent + "/", 0755), null));
        }
        entries.put(name, new Content(entry, bytes));
        return this;
    }

    /** Without slashes at either end; one char per byte, as tar names are kept. */
    private static String relative(String path) {
        return new String(path.replaceAll("^/+|/+$", "").getBytes(UTF_8), ISO_8859_1);
    }

    private static Descriptor put(Path blobs, String mediaType, byte[] content) throws IOException {
        OciDigest digest = OciDigest.of(content);
        Files.write(blobs.resolve(digest.hex()), content);
        return new Descriptor(mediaType, digest, content.length);
    }

    private static ObjectNode configDocument(ImageConfig config, OciDigest diffId) {
        ObjectNode document = Json.object()
                .put("created", "1970-01-01T00:00:00Z")
                .put("architecture", config.architecture())
                .put("os", config.os());
        ObjectNode run = document.putObject("config");
        putTexts(run, "Entrypoint", config.entrypoint());
        putTexts(run, "Cmd", config.cmd());
        putTexts(run, "Env", config.env());
        if (config.workingDir() != null) {
            run.put("WorkingDir", config.workingDir());
        }
        if (config.user() != null) {
            run.put("User", config.user());
        }
        if (config.stopSignal() != null) {
            run.put("StopSignal", config.stopSignal());
        }
        if (!config.exposedPorts().isEmpty()) {
            ObjectNode ports = run.putObject("ExposedPorts");
            config.exposedPorts().forEach(ports::putObject);
        }
        document.putObject("rootfs").put("type", "layers").putArray("diff_ids").add(diffId.toString());
        return document;
    }

    private static void putTexts(ObjectNode parent, String name, List<String> values) {
        if (!values.isEmpty()) {
            ArrayNode array = parent.putArray(name);
            values.forEach(array::add);
        }
    }
}
