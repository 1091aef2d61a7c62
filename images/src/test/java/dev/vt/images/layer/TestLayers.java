package dev.vt.images.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdOutputStream;
import dev.vt.images.ImageLimits;
import dev.vt.images.MediaTypes.Compression;
import dev.vt.images.OciDigest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Builds layers entry by entry and reads back what a merge makes of them. */
public final class TestLayers {
    /** One layer being written; names are taken as they are, however hostile. */
    public static final class Builder {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarWriter tar = new TarWriter(bytes);

        public Builder file(String name, String content) {
            byte[] data = content.getBytes(UTF_8);
            return add(TarEntry.file(raw(name), 0644, data.length), data);
        }

        public Builder dir(String name) {
            return add(TarEntry.directory(raw(name), 0755), null);
        }

        public Builder symlink(String name, String target) {
            return add(TarEntry.symlink(raw(name), raw(target)), null);
        }

        public Builder hardlink(String name, String target) {
            return add(TarEntry.hardlink(raw(name), raw(target)), null);
        }

        public Builder whiteout(String name) {
            return file(name, "");
        }

        public Builder add(TarEntry entry, byte @Nullable [] content) {
            try {
                tar.write(entry, content == null ? null : new ByteArrayInputStream(content));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return this;
        }

        public byte[] tar() {
            try {
                tar.finish();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return bytes.toByteArray();
        }

        private static String raw(String name) {
            return new String(name.getBytes(UTF_8), ISO_8859_1);
        }
    }

    private static final List<Compression> COMPRESSIONS = List.of(Compression.NONE, Compression.GZIP, Compression.ZSTD);

    private TestLayers() {}

    public static Builder layer() {
        return new Builder();
    }

    public static byte[] compressed(byte[] tar, Compression compression) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream compressing = switch (compression) {
            case NONE -> out;
            case GZIP -> new GZIPOutputStream(out);
            case ZSTD -> new ZstdOutputStream(out);
        }) {
            compressing.write(tar);
        }
        return out.toByteArray();
    }

    public static Layer stored(Path directory, byte[] tar, Compression compression) throws IOException {
        Path blob = Files.createTempFile(directory, "blob-", "");
        Files.write(blob, compressed(tar, compression));
        return new Layer(blob, compression, OciDigest.of(tar));
    }

    /** The flat tar of the merged layers. */
    public static byte[] flat(Path directory, ImageLimits limits, List<byte[]> tars) throws Exception {
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < tars.size(); i++) {
            layers.add(stored(directory, tars.get(i), COMPRESSIONS.get(i % 3)));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MergedImage merged = new LayerMerger(limits).merge(layers, directory)) {
            merged.writeTo(out);
        }
        return out.toByteArray();
    }

    /** Path to content: text of files, {@code /} for directories, {@code -> target}, {@code => first name}. */
    public static Map<String, String> listing(byte[] tar) throws IOException {
        Map<String, String> found = new TreeMap<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            String value = switch (entry.type()) {
                case DIRECTORY -> "/";
                case SYMLINK -> "-> " + entry.link();
                case HARDLINK -> "=> " + entry.link();
                case FIFO -> "|";
                case DEVICE -> "device";
                case FILE -> new String(tar, (int) entry.offset(), (int) entry.size(), UTF_8);
            };
            found.put(entry.name().replaceAll("/$", ""), value);
        }
        found.remove(".");
        return found;
    }
}
