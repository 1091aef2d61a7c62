package dev.vt.images.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vt.images.ImageConfig;
import dev.vt.images.ImageLimits;
import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.FaultyProxy;
import dev.vt.images.client.ImagePusher;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.client.RegistryOptions;
import dev.vt.images.client.Retries;
import dev.vt.images.layout.LayoutWriter;
import dev.vt.images.registry.RegistryFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A registry behind a counting proxy, images to put into it, and caches that pull from it. */
final class TestRegistry implements AutoCloseable {
    static final RegistryCredentials TOKEN = new RegistryCredentials.Bearer("all".getBytes(UTF_8));

    private final Path directory;
    private final RegistryFixture registry;
    final FaultyProxy proxy;
    final RegistryClient client;

    TestRegistry(Path directory) throws IOException {
        this.directory = directory;
        registry = new RegistryFixture(directory.resolve("registry"));
        proxy = new FaultyProxy(registry.host());
        client = new RegistryClient(
                RegistryOptions.withPlainHttp(Set.of(registry.host(), proxy.host())), new Retries(pause -> {}));
    }

    /** Pushes a small image with users and some noise. */
    ImageRequest push(String name, int noiseBytes) throws Exception {
        Path layout = Files.createTempDirectory(directory, "layout-");
        byte[] noise = new byte[noiseBytes];
        new Random(name.hashCode()).nextBytes(noise);
        ImageConfig config = new ImageConfig(
                "linux", "amd64", List.of("/bin/server"), List.of(), List.of("A=b"), "/", "app", null, List.of());
        OciDigest digest = new LayoutWriter()
                .file("/bin/server", noise, 0755)
                .file(
                        "/etc/passwd",
                        "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n".getBytes(UTF_8),
                        0644)
                .file("/etc/group", "root:x:0:\napp:x:1000:\nextra:x:2000:app\n".getBytes(UTF_8), 0644)
                .symlink("/sbin", "bin")
                .write(layout, config);
        new ImagePusher(client).push(layout, ImageReference.parse(registry.host() + "/acme/" + name + ":v1"), TOKEN);
        return new ImageRequest(proxy.host() + "/acme/" + name, digest.toString(), "linux", "amd64", false);
    }

    LocalImageCache cache(Path cacheDirectory, CacheLimits limits) throws Exception {
        SquashfsBuilder builder = SquashfsBuilder.find(SquashfsOptions.standard());
        return new LocalImageCache(cacheDirectory, client, builder, ImageLimits.DEFAULT, limits, Clock.systemUTC());
    }

    @Override
    public void close() {
        client.close();
        proxy.close();
        registry.close();
    }
}
