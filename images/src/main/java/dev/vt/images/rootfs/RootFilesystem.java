package dev.vt.images.rootfs;

import dev.vt.images.ImageConfig;
import java.nio.file.Path;

/**
 * A finished root file system in the node's cache. The file has mode 0444 and never changes.
 *
 * @param path of the image file, to be attached read-only as {@code vda}
 * @param format {@code squashfs}
 * @param sha256 lower-case hexadecimal, of the file
 * @param sizeBytes of the file
 * @param config how the image wants to be run
 * @param users resolve the name of a workload's user
 */
public record RootFilesystem(
        Path path, String format, String sha256, long sizeBytes, ImageConfig config, UserTable users) {}
