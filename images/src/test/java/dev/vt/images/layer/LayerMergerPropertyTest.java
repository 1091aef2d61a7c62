package dev.vt.images.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.images.DurableFiles;
import dev.vt.images.ImageException;
import dev.vt.images.ImageLimits;
import dev.vt.images.MediaTypes.Compression;
import dev.vt.images.OciDigest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random layers against a model of paths, and mutated tar streams against nothing but refusal. */
class LayerMergerPropertyTest {
    private static final ImageLimits SMALL =
            new ImageLimits(1 << 20, 1 << 20, 10, 2000, Duration.ofMinutes(1), Duration.ofMinutes(1));

    /** @param kind file, directory, whiteout or opaque */
    record Step(int kind, String path, String content) {}

    @Provide
    Arbitrary<List<List<Step>>> layers() {
        Arbitrary<String> component = Arbitraries.of("a", "b", "c");
        Arbitrary<String> path = component.list().ofMinSize(1).ofMaxSize(3).map(parts -> String.join("/", parts));
        Arbitrary<Step> step = Combinators.combine(Arbitraries.of(0, 0, 1, 2, 3), path, Arbitraries.of("1", "2", "3"))
                .as(Step::new);
        return step.list().ofMaxSize(8).list().ofMinSize(1).ofMaxSize(4);
    }

    @Property(tries = 500)
    void mergeEqualsAModelOverPathsOrBothRefuse(@ForAll("layers") List<List<Step>> layers) throws Exception {
        Map<String, String> model = new TreeMap<>();
        boolean refused = false;
        for (List<Step> layer : layers) {
            refused = refused || !applyToModel(model, layer);
        }
        try {
            byte[] flat = merge(layers);
            assertThat(refused).isFalse();
            assertThat(TestLayers.listing(flat)).isEqualTo(model);
        } catch (ImageException e) {
            assertThat(refused).as("%s", layers).isTrue();
        }
    }

    @Property(tries = 200)
    void mergedTarMergesToItself(@ForAll("layers") List<List<Step>> layers) throws Exception {
        byte[] flat;
        try {
            flat = merge(layers);
        } catch (ImageException e) {
            return;
        }
        Path directory = Files.createTempDirectory("merge");
        assertThat(TestLayers.flat(directory, SMALL, List.of(flat))).isEqualTo(flat);
        DurableFiles.deleteTree(directory);
    }

    @Property(tries = 2000)
    void mutatedTarIsReadOrRefusedAndNothingElse(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        byte[] tar = TestLayers.layer()
                .dir("a")
                .file("a/" + "n".repeat(120), "content")
                .symlink("l", "a")
                .hardlink("h", "a/" + "n".repeat(120))
                .whiteout("a/.wh.x")
                .tar();
        for (int i = random.nextInt(1, 12); i > 0; i--) {
            tar[random.nextInt(tar.length)] = (byte) random.nextInt();
        }
        // A checksum that fits lets the mutation reach the code behind it.
        for (int block = 0; block + 512 <= tar.length; block += 512) {
            if (random.nextBoolean()) {
                fixChecksum(tar, block);
            }
        }
        MergedTree tree = new MergedTree(2000);
        List<TarEntry> entries = new ArrayList<>();
        try {
            TarReader reader = new TarReader(new ByteArrayInputStream(tar));
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
            tree.apply(0, entries);
        } catch (ImageException e) {
            assertThat(e.failure()).isNotNull();
        }
    }

    private static byte[] merge(List<List<Step>> layers) throws Exception {
        Path directory = Files.createTempDirectory("merge");
        try {
            List<Layer> stored = new ArrayList<>();
            for (List<Step> layer : layers) {
                byte[] tar = tar(layer);
                Path blob = Files.createTempFile(directory, "blob-", "");
                Files.write(blob, tar);
                stored.add(new Layer(blob, Compression.NONE, OciDigest.of(tar)));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (MergedImage merged = new LayerMerger(SMALL).merge(stored, directory)) {
                merged.writeTo(out);
            }
            return out.toByteArray();
        } finally {
            DurableFiles.deleteTree(directory);
        }
    }

    private static byte[] tar(List<Step> steps) {
        TestLayers.Builder layer = TestLayers.layer();
        for (Step step : steps) {
            switch (step.kind()) {
                case 0 -> layer.file(step.path(), step.content());
                case 1 -> layer.dir(step.path());
                case 2 -> layer.whiteout(step.path().replaceAll("([^/]+)$", ".wh.$1"));
                default -> layer.whiteout(step.path() + "/.wh..wh..opq");
            }
        }
        return layer.tar();
    }

    /** @return false if the layer is refused: something lies below a file */
    private static boolean applyToModel(Map<String, String> model, List<Step> steps) {
        for (Step step : steps) {
            if (step.kind() == 2) {
                removeTree(model, step.path());
            } else if (step.kind() == 3 && "/".equals(model.get(step.path()))) {
                model.keySet().removeIf(path -> path.startsWith(step.path() + "/"));
            }
        }
        for (Step step : steps) {
            if (step.kind() > 1) {
                continue;
            }
            for (int slash = step.path().indexOf('/');
                    slash > 0;
                    slash = step.path().indexOf('/', slash + 1)) {
                if (!model.computeIfAbsent(step.path().substring(0, slash), p -> "/")
                        .equals("/")) {
                    return false;
                }
            }
            if (step.kind() == 0) {
                removeTree(model, step.path());
                model.put(step.path(), step.content());
            } else {
                model.put(step.path(), "/");
            }
        }
        return true;
    }

    private static void removeTree(Map<String, String> model, String path) {
        model.keySet().removeIf(p -> p.equals(path) || p.startsWith(path + "/"));
    }

    private static void fixChecksum(byte[] tar, int block) {
        int sum = 8 * ' ';
        for (int i = 0; i < 512; i++) {
            sum += i < 148 || i >= 156 ? tar[block + i] & 0xff : 0;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, tar, block + 148, 8);
    }
}
