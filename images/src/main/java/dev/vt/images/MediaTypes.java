package dev.vt.images;

import java.util.Set;

/** The media types that images are made of: OCI and Docker schema 2. */
public final class MediaTypes {
    public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
    public static final String OCI_LAYER_GZIP = OCI_LAYER + "+gzip";
    public static final String OCI_LAYER_ZSTD = OCI_LAYER + "+zstd";
    public static final String DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
    public static final String DOCKER_LAYER_GZIP = DOCKER_LAYER + ".gzip";

    public static final Set<String> INDEXES = Set.of(OCI_INDEX, DOCKER_INDEX);
    public static final Set<String> MANIFESTS = Set.of(OCI_MANIFEST, DOCKER_MANIFEST);
    public static final Set<String> CONFIGS = Set.of(OCI_CONFIG, DOCKER_CONFIG);

    /** Manifests are small; anything larger is an attack or a mistake (runtime.md §10). */
    public static final int MAX_MANIFEST_BYTES = 4 << 20;

    private MediaTypes() {}

    /** How a layer's bytes are compressed. */
    public enum Compression {
        NONE,
        GZIP,
        ZSTD
    }

    /** @throws ImageException {@code unsupported} for foreign layers and anything else that is not a known layer */
    public static Compression layerCompression(String mediaType) {
        return switch (mediaType) {
            case OCI_LAYER, DOCKER_LAYER -> Compression.NONE;
            case OCI_LAYER_GZIP, DOCKER_LAYER_GZIP -> Compression.GZIP;
            case OCI_LAYER_ZSTD -> Compression.ZSTD;
            default ->
                throw new ImageException(
                        ImageFailure.UNSUPPORTED,
                        mediaType.contains("foreign") || mediaType.contains("nondistributable")
                                ? "the image has a foreign layer, which its registry does not hold"
                                : "the image has a layer of an unknown media type");
        };
    }
}
