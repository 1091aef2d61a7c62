package dev.vt.images.layer;

import com.github.luben.zstd.ZstdInputStream;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageLimits;
import dev.vt.images.MediaTypes.Compression;
import dev.vt.kernel.Digests;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the layers of one image into a {@link MergedImage}. Compressed layers are decompressed once, into spool files,
 * because the merged order is not theirs. Used by one thread.
 */
public final class LayerMerger {
    private static final int BUFFER = 1 << 16;
    private static final long MAX_FOOTPRINT = 256L << 20;

    private final ImageLimits limits;
    private long uncompressed;
    private int entries;
    private long footprint;

    public LayerMerger(ImageLimits limits) {
        this.limits = limits;
    }

    /**
     * Merges layers, lowest first.
     *
     * @param spoolDirectory an existing directory for this merge alone; closing the result removes what was put there
     * @throws ImageException {@code layer_invalid}, {@code digest_mismatch}, {@code uncompressed}, {@code entries},
     *     {@code disk_full}
     */
    public MergedImage merge(List<Layer> layers, Path spoolDirectory) throws IOException, InterruptedException {
        MergedTree tree = new MergedTree(limits.entries());
        List<Path> tars = new ArrayList<>();
        List<Path> spooled = new ArrayList<>();
        boolean complete = false;
        try {
            for (int i = 0; i < layers.size(); i++) {
                Layer layer = layers.get(i);
                Path spool = null;
                if (layer.compression() != Compression.NONE) {
                    spool = spoolDirectory.resolve("layer-" + i + ".tar");
                    spooled.add(spool);
                }
                tars.add(spool == null ? layer.blob() : spool);
                tree.apply(i, read(layer, spool));
            }
            MergedImage merged = new MergedImage(tree, tars, spooled);
            complete = true;
            return merged;
        } finally {
            if (!complete) {
                for (Path spool : spooled) {
                    Files.deleteIfExists(spool);
                }
            }
        }
    }

    private List<TarEntry> read(Layer layer, @Nullable Path spool) throws IOException, InterruptedException {
        MessageDigest hash = Digests.newSha256();
        List<TarEntry> found = new ArrayList<>();
        try (InputStream file = new BufferedInputStream(Files.newInputStream(layer.blob()), BUFFER);
                SpoolingStream tar = new SpoolingStream(
                        decompress(file, layer.compression()),
                        hash,
                        spool,
                        limits.uncompressedBytes() - uncompressed)) {
            TarReader reader = new TarReader(tar);
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                count(entry);
                found.add(entry);
                if (Thread.interrupted()) {
                    throw new InterruptedException("merge cancelled");
                }
            }
            tar.drain();
            uncompressed += tar.length();
        }
        if (!HexFormat.of().formatHex(hash.digest()).equals(layer.diffId().hex())) {
            throw new ImageException(ImageFailure.DIGEST_MISMATCH, "a layer does not have its diff_id");
        }
        return found;
    }

    private void count(TarEntry entry) {
        footprint += entry.footprint();
        if (++entries > limits.entries() || footprint > MAX_FOOTPRINT) {
            throw new ImageException(ImageFailure.TOO_MANY_ENTRIES, "the layers have too many or too long entries");
        }
    }

    private static InputStream decompress(InputStream in, Compression compression) throws IOException {
        try {
            return switch (compression) {
                case NONE -> in;
                case GZIP -> new GZIPInputStream(in, BUFFER);
                case ZSTD -> new ZstdInputStream(in);
            };
        } catch (IOException e) {
            throw new ImageException(ImageFailure.LAYER_INVALID, "a layer does not decompress", e);
        }
    }
}
