package dev.vt.images;

/** The detail codes of runtime.md §4 that have to do with images, each below its reason. */
public enum ImageFailure {
    NETWORK("image_pull_failed", "network", true),
    TIMEOUT("image_pull_failed", "timeout", true),
    AUTH("image_pull_failed", "auth", true),
    NOT_FOUND("image_pull_failed", "not_found", true),
    DIGEST_MISMATCH("image_pull_failed", "digest_mismatch", false),
    UNSUPPORTED("image_pull_failed", "unsupported", false),
    TOO_LARGE_COMPRESSED("image_too_large", "compressed", false),
    TOO_LARGE_UNCOMPRESSED("image_too_large", "uncompressed", false),
    TOO_MANY_LAYERS("image_too_large", "layers", false),
    TOO_MANY_ENTRIES("image_too_large", "entries", false),
    BUILDER("rootfs_build_failed", "builder", true),
    DISK_FULL("rootfs_build_failed", "disk_full", true),
    LAYER_INVALID("rootfs_build_failed", "layer_invalid", false);

    private final String reason;
    private final String detail;
    private final boolean retryable;

    ImageFailure(String reason, String detail, boolean retryable) {
        this.reason = reason;
        this.detail = detail;
        this.retryable = retryable;
    }

    /** The reason code of an instance's status. */
    public String reason() {
        return reason;
    }

    public String detail() {
        return detail;
    }

    /** Whether the node may try again by itself. */
    public boolean retryable() {
        return retryable;
    }
}
