package dev.vt.images.layer;

import static dev.vt.images.layer.TestLayers.layer;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageLimits;
import dev.vt.images.MediaTypes.Compression;
import dev.vt.images.OciDigest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RT26 and RT27, and the corpus of runtime.md §16, test 12. */
class LayerMergerTest {
    @TempDir
    Path directory;

    @AfterEach
    void nothingIsLeftBesideTheBlobs() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(p -> String.valueOf(p.getFileName()))).allMatch(name -> name.startsWith("blob-"));
        }
    }

    @Test
    void laterLayerWinsAndDirectoriesMerge() throws Exception {
        assertThat(merge(
                        layer().dir("a").file("a/one", "1").file("a/two", "2"),
                        layer().file("a/two", "two").file("b/three", "3")))
                .containsExactly(
                        entry("a", "/"),
                        entry("a/one", "1"),
                        entry("a/two", "two"),
                        entry("b", "/"),
                        entry("b/three", "3"));
    }

    @Test
    void whiteoutDeletesLowerEntriesWhateverItsPlaceInTheLayer() throws Exception {
        TestLayers.Builder lower =
                layer().file("a/x", "low").file("a/y", "low").dir("d").file("d/deep/z", "low");
        assertThat(merge(lower, layer().whiteout("a/.wh.x").file("a/x", "new").whiteout(".wh.d")))
                .containsExactly(entry("a", "/"), entry("a/x", "new"), entry("a/y", "low"));
        assertThat(merge(layer().file("a/x", "low"), layer().file("a/x", "new").whiteout("a/.wh.x")))
                .containsEntry("a/x", "new");
        assertThat(merge(layer().file("a/x", "low"), layer().whiteout("a/.wh.x").whiteout("no/.wh.such")))
                .containsExactly(entry("a", "/"));
    }

    @Test
    void opaqueDirectoryHidesAllLowerChildrenWhateverItsPlace() throws Exception {
        for (boolean first : new boolean[] {true, false}) {
            TestLayers.Builder upper = layer();
            if (first) {
                upper.whiteout("a/.wh..wh..opq");
            }
            upper.file("a/new", "n").file("a/sub/new", "n");
            if (!first) {
                upper.whiteout("a/.wh..wh..opq");
            }
            assertThat(merge(layer().file("a/old", "o").file("a/sub/old", "o"), upper))
                    .containsOnlyKeys("a", "a/new", "a/sub", "a/sub/new");
        }
    }

    @Test
    void fileReplacesDirectoryAndDirectoryReplacesFile() throws Exception {
        assertThat(merge(
                        layer().file("a/b/c", "1").file("x", "1"),
                        layer().file("a/b", "2").dir("x").file("x/y", "3")))
                .containsExactly(entry("a", "/"), entry("a/b", "2"), entry("x", "/"), entry("x/y", "3"));
    }

    @Test
    void parentThatIsALinkIsResolvedInsideTheTree() throws Exception {
        assertThat(merge(
                        layer().dir("usr/lib")
                                .symlink("lib", "usr/lib")
                                .symlink("abs", "/usr")
                                .symlink("up", "../../../usr"),
                        layer().file("lib/a", "1").file("abs/b", "2").file("up/c", "3")))
                .contains(entry("usr/lib/a", "1"), entry("usr/b", "2"), entry("usr/c", "3"))
                .containsEntry("lib", "-> usr/lib");
    }

    @Test
    void linkThenWriteStaysInsideTheTree() throws Exception {
        assertThat(merge(layer().symlink("evil", "/../../../../etc").file("evil/passwd", "root")))
                .contains(entry("etc/passwd", "root"), entry("evil", "-> /../../../../etc"));
    }

    @Test
    void absoluteNamesAreRelativeToTheRootOfTheImage() throws Exception {
        assertThat(merge(layer().file("/etc/passwd", "x").file("//etc/./group", "y")))
                .containsOnlyKeys("etc", "etc/passwd", "etc/group");
    }

    @Test
    void hardLinksShareOneContentAndSurviveTheirFirstName() throws Exception {
        assertThat(merge(layer().file("z", "text").hardlink("a", "z").hardlink("m", "/z")))
                .containsExactly(entry("a", "text"), entry("m", "=> a"), entry("z", "=> a"));
        assertThat(merge(layer().file("z", "text").hardlink("a", "z"), layer().whiteout(".wh.z")))
                .containsExactly(entry("a", "text"));
        assertThat(merge(layer().file("z", "old").hardlink("a", "z"), layer().file("z", "new")))
                .containsExactly(entry("a", "old"), entry("z", "new"));
    }

    @Test
    void badNamesAndLinksAreRefused() {
        String long256 = "x".repeat(256);
        for (TestLayers.Builder bad : List.of(
                layer().file("../x", ""),
                layer().file("a/../../x", ""),
                layer().file("a/..", ""),
                layer().file(long256, ""),
                layer().file("a/".repeat(2100) + "b", ""),
                layer().hardlink("a", "missing"),
                layer().hardlink("a", "../../etc/passwd"),
                layer().dir("d").hardlink("a", "d"),
                layer().symlink("a", ""),
                layer().symlink("a", "t".repeat(5000)),
                layer().file("f", "").file("f/x", ""),
                layer().symlink("loop", "loop").file("loop/x", ""),
                layer().symlink("p", "q").symlink("q", "p").file("p/x", ""),
                layer().file(".wh.", ""),
                layer().file("a/.wh...", ""),
                layer().file("", ""))) {
            assertFails(ImageFailure.LAYER_INVALID, bad.tar());
        }
    }

    @Test
    void zeroByteInAPaxNameIsRefused() {
        assertFails(
                ImageFailure.LAYER_INVALID,
                layer().file("a".repeat(101) + "\0b", "").tar());
    }

    @Test
    void devicesAreDroppedAndCounted() throws Exception {
        TarEntry device = new TarEntry(TarEntry.Type.DEVICE, "dev/null", "", 0666, 0, 0, 0, 0, Map.of(), 0);
        Layer stored = TestLayers.stored(
                directory, layer().add(device, null).file("x", "1").tar(), Compression.NONE);
        try (MergedImage merged = new LayerMerger(ImageLimits.DEFAULT).merge(List.of(stored), directory)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            merged.writeTo(out);
            assertThat(TestLayers.listing(out.toByteArray())).containsOnlyKeys("dev", "x");
            assertThat(merged.droppedDevices()).isEqualTo(1);
        }
    }

    @Test
    void setuidOwnerAndCapabilitiesAreKeptAndOverlayAttributesAreNot() throws Exception {
        byte[] capability = {1, 0, 0, 2, 0, (byte) 0xff, 0, 0, 0, 0, '\n', '=', 0, 0, 0, 0, 0, 0, 0, 0};
        TarEntry entry = TarEntry.file("ping", 04755, 1)
                .withOwner(3_000_000_000L, 7)
                .withXattrs(Map.of("security.capability", capability, "trusted.overlay.redirect", new byte[] {1}));
        byte[] flat = TestLayers.flat(
                directory,
                ImageLimits.DEFAULT,
                List.of(layer().add(entry, new byte[] {9}).tar()));
        TarReader reader = new TarReader(new ByteArrayInputStream(flat));
        reader.next();
        TarEntry kept = Objects.requireNonNull(reader.next());
        assertThat(kept.mode()).isEqualTo(04755);
        assertThat(kept.uid()).isEqualTo(3_000_000_000L);
        assertThat(kept.xattrs()).containsOnlyKeys("security.capability");
        assertThat(kept.xattrs().get("security.capability")).isEqualTo(capability);
    }

    @Test
    void namesAreBytes() throws Exception {
        TarEntry latin1 = TarEntry.file("caf\u00e9", 0644, 0);
        byte[] flat = TestLayers.flat(
                directory,
                ImageLimits.DEFAULT,
                List.of(layer().add(latin1, new byte[0]).file("日本/名", "x").tar()));
        assertThat(TestLayers.listing(flat).keySet())
                .contains("caf\u00e9", new String("日本/名".getBytes(UTF_8), ISO_8859_1));
    }

    @Test
    void wrongDiffIdIsADigestMismatch() throws Exception {
        Layer stored = TestLayers.stored(directory, layer().file("a", "1").tar(), Compression.GZIP);
        Layer wrong = new Layer(stored.blob(), stored.compression(), OciDigest.of(new byte[0]));
        assertThatThrownBy(() -> new LayerMerger(ImageLimits.DEFAULT).merge(List.of(wrong), directory))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.failure()).isEqualTo(ImageFailure.DIGEST_MISMATCH));
    }

    @Test
    void bombsAreStoppedAtTheLimits() throws Exception {
        ImageLimits small = new ImageLimits(1 << 20, 1 << 20, 10, 100, Duration.ofMinutes(1), Duration.ofMinutes(1));
        byte[] big = layer().file("zeros", "\0".repeat(2 << 20)).tar();
        assertFails(small, ImageFailure.TOO_LARGE_UNCOMPRESSED, big);
        TestLayers.Builder many = layer();
        for (int i = 0; i < 101; i++) {
            many.file("f" + i, "");
        }
        assertFails(small, ImageFailure.TOO_MANY_ENTRIES, many.tar());
        assertFails(
                small,
                ImageFailure.TOO_MANY_ENTRIES,
                layer().file("d/".repeat(200) + "x", "").tar());
    }

    @Test
    @Tag("slow")
    void threeMillionEntriesAreStoppedAtTwo() throws Exception {
        byte[] header = Arrays.copyOf(layer().file("same", "").tar(), 512);
        Path blob = directory.resolve("blob-many");
        byte[] thousand = new byte[512_000];
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(header, 0, thousand, i * 512, 512);
        }
        byte[] member = TestLayers.compressed(thousand, Compression.GZIP);
        try (OutputStream out = Files.newOutputStream(blob)) {
            for (int i = 0; i < 3000; i++) {
                out.write(member);
            }
        }
        Layer many = new Layer(blob, Compression.GZIP, OciDigest.of(new byte[0]));
        assertThatThrownBy(() -> new LayerMerger(ImageLimits.DEFAULT).merge(List.of(many), directory))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.failure()).isEqualTo(ImageFailure.TOO_MANY_ENTRIES));
    }

    @Test
    void truncatedAndCorruptStreamsAreRefused() throws Exception {
        byte[] tar = layer().file("a", "content").file("b", "content").tar();
        for (int length = 1; length < 2048; length += 100) {
            assertFails(ImageFailure.LAYER_INVALID, Arrays.copyOf(tar, length));
        }
        byte[] gzip = TestLayers.compressed(tar, Compression.GZIP);
        Path blob = directory.resolve("blob-cut");
        Files.write(blob, Arrays.copyOf(gzip, gzip.length - 9));
        assertThatThrownBy(() -> new LayerMerger(ImageLimits.DEFAULT)
                        .merge(List.of(new Layer(blob, Compression.GZIP, OciDigest.of(tar))), directory))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.failure()).isEqualTo(ImageFailure.LAYER_INVALID));
    }

    private Map<String, String> merge(TestLayers.Builder... layers) throws Exception {
        List<byte[]> tars = new ArrayList<>();
        for (TestLayers.Builder layer : layers) {
            tars.add(layer.tar());
        }
        return TestLayers.listing(TestLayers.flat(directory, ImageLimits.DEFAULT, tars));
    }

    private void assertFails(ImageFailure failure, byte[] tar) {
        assertFails(ImageLimits.DEFAULT, failure, tar);
    }

    private void assertFails(ImageLimits limits, ImageFailure failure, byte[] tar) {
        assertThatThrownBy(() -> TestLayers.flat(directory, limits, List.of(tar)))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.failure()).isEqualTo(failure));
    }
}
