package dev.vt.images.layout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.images.Descriptor;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An OCI image layout directory with one image in it. */
public final class ImageLayout {
    private final Path directory;
    private final Descriptor image;

    private ImageLayout(Path directory, Descriptor image) {
        this.directory = directory;
        this.image = image;
    }

    /** @throws ImageException {@code unsupported} if the directory does not hold exactly one image */
    public static ImageLayout open(Path directory) throws IOException {
        JsonNode index = Json.parse(Files.readAllBytes(directory.resolve("index.json")));
        if (index.path("manifests").size() != 1) {
            throw new ImageException(ImageFailure.UNSUPPORTED, "the layout does not hold exactly one image");
        }
        return new ImageLayout(
                directory, Descriptor.parse(index.path("manifests").path(0)));
    }

    /** The manifest or index. */
    public Descriptor image() {
        return image;
    }

    public Path blob(OciDigest digest) {
        return directory.resolve("blobs").resolve("sha256").resolve(digest.hex());
    }

    /** The content of a manifest or index, verified. */
    public byte[] read(Descriptor manifest) throws IOException {
        byte[] content = Files.readAllBytes(blob(manifest.digest()));
        if (!OciDigest.of(content).equals(manifest.digest())) {
            throw new ImageException(ImageFailure.DIGEST_MISMATCH, "a file of the layout does not have its digest");
        }
        return content;
    }

    /** Manifests of an index, or configuration and layers of a manifest. */
    public List<Descriptor> children(Descriptor manifest) throws IOException {
        JsonNode document = Json.parse(read(manifest));
        List<Descriptor> children = new ArrayList<>();
        if (MediaTypes.INDEXES.contains(manifest.mediaType())) {
            document.path("manifests").forEach(node -> children.add(Descriptor.parse(node)));
        } else {
            children.add(Descriptor.parse(document.path("config")));
            document.path("layers").forEach(node -> children.add(Descriptor.parse(node)));
        }
        return children;
    }
}
