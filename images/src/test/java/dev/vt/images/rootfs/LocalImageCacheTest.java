package dev.vt.images.rootfs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.client.FaultyProxy.Fault;
import dev.vt.kernel.Digests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalImageCacheTest {
    private static final CacheLimits WIDE = new CacheLimits(1L << 30, 0);

    @TempDir
    Path directory;

    private TestRegistry registry;

    @BeforeEach
    void start() throws Exception {
        registry = new TestRegistry(directory);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void rootIsASquashfsWithConfigurationAndUsersBesideIt() throws Exception {
        RootFilesystem root =
                registry.cache(directory.resolve("cache"), WIDE).rootfs(registry.push("web", 5000), TestRegistry.TOKEN);
        byte[] file = Files.readAllBytes(root.path());
        assertThat(new String(file, 0, 4, US_ASCII)).isEqualTo("hsqs");
        assertThat(root.sha256()).isEqualTo(Digests.sha256Hex(file));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.path())))
                .isEqualTo("r--r--r--");
        assertThat(root.config().entrypoint()).containsExactly("/bin/server");
        assertThat(root.users().resolve("app"))
                .hasValue(new UserTable.Resolved(1000, 1000, List.of(2000L), "/home/app"));
    }

    @Test
    void fiftyWaitersCauseOnePullAndOneBuild() throws Exception {
        ImageRequest request = registry.push("web", 100_000);
        LocalImageCache cache = registry.cache(directory.resolve("cache"), WIDE);
        registry.proxy.script((method, path, nth) -> new Fault.None());
        Set<RootFilesystem> roots = new HashSet<>();
        try (ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RootFilesystem>> waiting = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                waiting.add(starts.submit(() -> cache.rootfs(request, TestRegistry.TOKEN)));
            }
            for (Future<RootFilesystem> each : waiting) {
                roots.add(each.get());
            }
        }
        assertThat(roots).hasSize(1);
        assertThat(registry.proxy.requests()).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void twoBuildsOfOneImageAreByteEqual() throws Exception {
        ImageRequest request = registry.push("web", 300_000);
        RootFilesystem one = registry.cache(directory.resolve("a"), WIDE).rootfs(request, TestRegistry.TOKEN);
        RootFilesystem two = registry.cache(directory.resolve("b"), WIDE).rootfs(request, TestRegistry.TOKEN);
        assertThat(Files.mismatch(one.path(), two.path())).isEqualTo(-1);
    }

    @Test
    void nextStartFindsTheRootWithoutTheRegistryAndBuildsADamagedOneAnew() throws Exception {
        ImageRequest request = registry.push("web", 5000);
        Path cacheDirectory = directory.resolve("cache");
        RootFilesystem first = registry.cache(cacheDirectory, WIDE).rootfs(request, TestRegistry.TOKEN);
        registry.proxy.script((method, path, nth) -> new Fault.Status(404, "", ""));
        assertThat(registry.cache(cacheDirectory, WIDE).rootfs(request, TestRegistry.TOKEN))
                .isEqualTo(first);
        assertThat(registry.proxy.requests()).isEmpty();

        Files.setPosixFilePermissions(first.path(), PosixFilePermissions.fromString("rw-------"));
        Files.write(first.path(), new byte[] {1}, StandardOpenOption.WRITE);
        assertThat(registry.cache(cacheDirectory, WIDE).rootfs(request, TestRegistry.TOKEN))
                .isEqualTo(first);
        assertThat(new String(Files.readAllBytes(first.path()), 0, 4, US_ASCII)).isEqualTo("hsqs");
    }

    @Test
    void imageForAnotherPlatformIsUnsupported() throws Exception {
        ImageRequest request = registry.push("web", 100);
        ImageRequest arm = new ImageRequest(request.repository(), request.digest(), "linux", "arm64", false);
        LocalImageCache cache = registry.cache(directory.resolve("cache"), WIDE);
        assertThatThrownBy(() -> cache.rootfs(arm, TestRegistry.TOKEN))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.failure()).isEqualTo(ImageFailure.UNSUPPORTED));
    }

    @Test
    void workEndsWhenTheLastWaiterLeavesAndCanBeginAgain() throws Exception {
        ImageRequest request = registry.push("web", 5000);
        LocalImageCache cache = registry.cache(directory.resolve("cache"), WIDE);
        CountDownLatch asked = new CountDownLatch(1);
        registry.proxy.script((method, path, nth) -> {
            asked.countDown();
            return path.contains("/blobs/") && nth == 0 ? new Fault.Stall() : new Fault.None();
        });
        Thread waiter = Thread.ofVirtual().start(() -> {
            try {
                cache.rootfs(request, TestRegistry.TOKEN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        waiter.interrupt();
        assertThat(waiter.join(Duration.ofSeconds(10))).isTrue();
        assertThat(cache.rootfs(request, TestRegistry.TOKEN).sizeBytes()).isPositive();
    }

    @Test
    void collectionRemovesTheLeastRecentlyUsedAndNeverAPinnedImage() throws Exception {
        CacheLimits narrow = new CacheLimits(2_000_000, 0);
        LocalImageCache cache = registry.cache(directory.resolve("cache"), narrow);
        List<RootFilesystem> roots = new ArrayList<>();
        List<ImageRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ImageRequest request = registry.push("web" + i, 400_000);
            requests.add(request);
            if (i == 0) {
                cache.pin("inst_1", request.digest());
            }
            roots.add(cache.rootfs(request, TestRegistry.TOKEN));
        }
        cache.collect();
        assertThat(roots.get(0).path()).exists();
        assertThat(roots.get(1).path()).doesNotExist();
        assertThat(size(directory.resolve("cache"))).isLessThan(2_000_000);
        cache.unpin("inst_1");
        cache.rootfs(requests.get(1), TestRegistry.TOKEN);
        cache.rootfs(requests.get(2), TestRegistry.TOKEN);
        cache.collect();
        assertThat(roots.get(0).path()).doesNotExist();
    }

    private static long size(Path root) throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
