package dev.vt.agent.testing;

import dev.vt.images.ImageConfig;
import dev.vt.images.ImageException;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.rootfs.ImageCache;
import dev.vt.images.rootfs.ImageRequest;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.images.rootfs.UserTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Image cache without images: for drivers that boot nothing. */
public final class FakeImages implements ImageCache {
    public final Map<String, String> pins = new ConcurrentHashMap<>();
    /** Pulls wait for this, if it is set. */
    public volatile CountDownLatch gate = new CountDownLatch(0);
    /** Pulls fail with this, if it is set. */
    public volatile ImageException failure;

    @Override
    public RootFilesystem rootfs(ImageRequest request, RegistryCredentials credentials) throws InterruptedException {
        gate.await();
        ImageException scripted = failure;
        if (scripted != null) {
            throw scripted;
        }
        return new RootFilesystem(
                Path.of("/nowhere/root.squashfs"),
                "squashfs",
                "0".repeat(64),
                1,
                new ImageConfig(
                        "linux", "amd64", List.of("/bin/app"), List.of(), List.of("A=b"), "/", "app", null, List.of()),
                UserTable.parse(
                        "root:x:0:0::/root:\napp:x:1000:1000::/home/app:\n".getBytes(StandardCharsets.UTF_8),
                        "app:x:1000:\nextra:x:2000:app\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void pin(String owner, String digest) {
        pins.put(owner, digest);
    }

    @Override
    public void unpin(String owner) {
        pins.remove(owner);
    }
}
