package dev.vt.images;

/**
 * What an image is built for, in the words of the OCI image index.
 *
 * @param os {@code linux}
 * @param arch {@code amd64} or {@code arm64}
 */
public record Platform(String os, String arch) {
    public static final Platform LINUX_AMD64 = new Platform("linux", "amd64");
    public static final Platform LINUX_ARM64 = new Platform("linux", "arm64");

    @Override
    public String toString() {
        return os + "/" + arch;
    }
}
