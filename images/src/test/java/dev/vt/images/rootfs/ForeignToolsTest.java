package dev.vt.images.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.images.ImageLimits;
import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.Platform;
import dev.vt.images.client.ImagePusher;
import dev.vt.images.client.ImageResolver;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.client.RegistryOptions;
import dev.vt.images.client.ResolvedImage;
import dev.vt.images.layout.ImageLayout;
import dev.vt.images.registry.RegistryFixture;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we make is read by skopeo, umoci and the reference registry, and what they make by us. Needs their packages and root. */
@Tag("slow")
class ForeignToolsTest {
    @TempDir
    Path directory;

    @Test
    void skopeoPushesToOurRegistryAndPullsTheSameBack() throws Exception {
        umociImage("image");
        try (RegistryFixture registry = new RegistryFixture(directory.resolve("registry"))) {
            String remote = "docker://" + registry.host() + "/acme/web:v1";
            run(
                    "skopeo",
                    "copy",
                    "--insecure-policy",
                    "--dest-tls-verify=false",
                    "--dest-creds",
                    "any:all",
                    "oci:image:v1",
                    remote);
            run(
                    "skopeo",
                    "copy",
                    "--insecure-policy",
                    "--src-tls-verify=false",
                    "--src-creds",
                    "any:all",
                    remote,
                    "oci:back:v1");
            assertThat(ImageLayout.open(directory.resolve("back")).image().digest())
                    .isEqualTo(
                            ImageLayout.open(directory.resolve("image")).image().digest());
            // Again, to another repository: blobs are mounted or found.
            run(
                    "skopeo",
                    "copy",
                    "--insecure-policy",
                    "--dest-tls-verify=false",
                    "--dest-creds",
                    "any:all",
                    "--format",
                    "v2s2",
                    "oci:image:v1",
                    "docker://" + registry.host() + "/acme/other:v1");
            String tags = run(
                    "skopeo",
                    "list-tags",
                    "--tls-verify=false",
                    "--creds",
                    "any:all",
                    "docker://" + registry.host() + "/acme/other");
            assertThat(tags).contains("\"v1\"");
            for (String name : List.of("web", "other")) {
                checkRoot(registry.host(), "/acme/" + name + ":v1", directory.resolve("cache-" + name));
            }
            run("skopeo", "delete", "--tls-verify=false", "--creds", "any:all", remote);
        }
    }

    @Test
    void ourPusherAndPullerWorkWithTheReferenceRegistry() throws Exception {
        umociImage("image");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = directory.resolve("registry.yml");
        Files.writeString(config, """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "127.0.0.1:%d"}
                """.formatted(directory.resolve("reference"), port));
        Process registry = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile())
                .start();
        try (RegistryClient client = new RegistryClient(RegistryOptions.withPlainHttp(Set.of("127.0.0.1:" + port)))) {
            ImageReference reference = ImageReference.parse("127.0.0.1:" + port + "/acme/web:v1");
            new ImagePusher(client).push(directory.resolve("image"), reference, TestRegistry.TOKEN);
            checkRoot("127.0.0.1:" + port, "/acme/web:v1", directory.resolve("cache"));
        } finally {
            registry.destroy();
            registry.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /** Pulls the image, builds its root, and compares what the kernel mounts with what umoci unpacks. */
    private void checkRoot(String host, String name, Path cacheDirectory) throws Exception {
        try (RegistryClient client = new RegistryClient(RegistryOptions.withPlainHttp(Set.of(host)))) {
            ImageReference reference = ImageReference.parse(host + name);
            ResolvedImage resolved = new ImageResolver(client, ImageLimits.DEFAULT)
                    .resolve(reference, Platform.LINUX_AMD64, TestRegistry.TOKEN);
            LocalImageCache cache = new LocalImageCache(
                    cacheDirectory,
                    client,
                    SquashfsBuilder.find(SquashfsOptions.standard()),
                    ImageLimits.DEFAULT,
                    new CacheLimits(1L << 30, 0),
                    Clock.systemUTC());
            RootFilesystem root = cache.rootfs(
                    new ImageRequest(reference.repository(), resolved.digest().toString(), "linux", "amd64", false),
                    TestRegistry.TOKEN);
            assertThat(OciDigest.parse(resolved.digest().toString())).isEqualTo(resolved.digest());
            Path mounted = Files.createDirectories(directory.resolve("mounted"));
            run("umoci", "unpack", "--image", "image:v1", "bundle-" + cacheDirectory.getFileName());
            run(
                    "mount",
                    "-o",
                    "loop,ro,nosuid,nodev",
                    "-t",
                    root.format(),
                    root.path().toString(),
                    "mounted");
            try {
                String unpacked = "bundle-" + cacheDirectory.getFileName() + "/rootfs";
                run("diff", "-r", "--no-dereference", "mounted", unpacked);
                assertThat(run("stat", "-c", "%a %u %h", mounted + "/bin/busybox")
                                .strip())
                        .isEqualTo("755 0 2");
            } finally {
                run("umount", "mounted");
            }
        }
    }

    /** Three layers: files and links, a whiteout, an opaque directory. */
    private void umociImage(String name) throws Exception {
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("bin"));
        Files.createDirectories(tree.resolve("etc/app"));
        Files.copy(Path.of("/bin/busybox"), tree.resolve("bin/busybox"));
        Files.setPosixFilePermissions(tree.resolve("bin/busybox"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createLink(tree.resolve("bin/sh"), tree.resolve("bin/busybox"));
        Files.createSymbolicLink(tree.resolve("sbin"), Path.of("bin"));
        Files.writeString(tree.resolve("etc/app/a"), "a");
        Files.writeString(tree.resolve("etc/app/b"), "b");
        run("umoci", "init", "--layout", name);
        run("umoci", "new", "--image", name + ":v1");
        run("umoci", "unpack", "--image", name + ":v1", "bundle");
        run("cp", "-a", tree + "/.", "bundle/rootfs/");
        run("umoci", "repack", "--image", name + ":v1", "bundle");
        Files.delete(directory.resolve("bundle/rootfs/etc/app/a"));
        Files.writeString(directory.resolve("bundle/rootfs/etc/app/c"), "c");
        run("umoci", "repack", "--refresh-bundle", "--image", name + ":v1", "bundle");
        run("umoci", "config", "--image", name + ":v1", "--config.entrypoint", "/bin/sh");
        run("umoci", "gc", "--layout", name);
    }

    private String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output;
        try (InputStream out = process.getInputStream()) {
            output = new String(out.readAllBytes(), UTF_8);
        }
        assertThat(process.waitFor())
                .as("%s: %s", Arrays.toString(command), output)
                .isZero();
        return output;
    }
}
