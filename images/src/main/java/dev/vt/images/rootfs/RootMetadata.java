package dev.vt.images.rootfs;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.images.ImageConfig;
import java.nio.file.Path;

/**
 * What lies beside each root file system (RT29). Written last: a root without it is not finished.
 *
 * @param digest of the image manifest
 * @param builder everything that decides the output besides the layers
 * @param layerBytes of the compressed layers
 * @param droppedDevices entries that were left out
 */
@JsonNaming(SnakeCaseStrategy.class)
record RootMetadata(
        String digest,
        String format,
        String builder,
        String sha256,
        long sizeBytes,
        long layerBytes,
        int droppedDevices,
        ImageConfig config,
        UserTable users) {
    RootFilesystem at(Path file) {
        return new RootFilesystem(file, format, sha256, sizeBytes, config, users);
    }
}
