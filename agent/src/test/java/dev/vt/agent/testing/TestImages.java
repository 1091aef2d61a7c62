package dev.vt.agent.testing;

import dev.vt.images.ImageConfig;
import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.ImagePusher;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.client.RegistryOptions;
import dev.vt.images.layout.LayoutWriter;
import dev.vt.images.registry.RegistryAccess;
import dev.vt.images.registry.RegistryLimits;
import dev.vt.images.registry.RegistryService;
import dev.vt.images.registry.RegistryStore;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The built-in registry on a free loopback port with one image in it: busybox and a page to serve. */
public final class TestImages implements AutoCloseable {
    public static final String TOKEN = "test-token";
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    private final WebServer registry;
    private final OciDigest digest;

    public TestImages(Path directory) throws IOException, InterruptedException {
        RegistryStore store =
                new RegistryStore(directory.resolve("registry"), RegistryLimits.DEFAULT, Clock.systemUTC());
        registry = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(0)
                .shutdownHook(false)
                .routing(routing -> routing.register(
                        "/v2",
                        new RegistryService(
                                store,
                                token -> Arrays.equals(token, TOKEN.getBytes(StandardCharsets.US_ASCII))
                                        ? Optional.of(new Everything())
                                        : Optional.empty())))
                .build()
                .start();
        Path layout = Files.createDirectories(directory.resolve("layout"));
        LayoutWriter writer = new LayoutWriter()
                .file("/bin/busybox", BUSYBOX, 0755)
                .file("/www/index.html", "hello from a microvm\n".getBytes(StandardCharsets.UTF_8), 0644)
                .file(
                        "/etc/passwd",
                        "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"
                                .getBytes(StandardCharsets.UTF_8),
                        0644)
                .file("/etc/group", "root:x:0:\napp:x:1000:\n".getBytes(StandardCharsets.UTF_8), 0644)
                .directory("/tmp", 01777);
        for (String applet : List.of("sh", "cat", "echo", "id", "sleep", "httpd", "ls", "env", "stty", "yes", "head")) {
            writer.symlink("/bin/" + applet, "busybox");
        }
        digest = writer.write(
                layout,
                new ImageConfig(
                        "linux",
                        "amd64",
                        List.of("/bin/sh", "-c"),
                        List.of("echo serving $GREETING; exec httpd -f -p [::]:8080 -h /www"),
                        List.of("PATH=/bin"),
                        "/www",
                        "app",
                        null,
                        List.of("8080/tcp")));
        RegistryClient client = new RegistryClient(RegistryOptions.withPlainHttp(Set.of(host())));
        new ImagePusher(client)
                .push(
                        layout,
                        ImageReference.parse(host() + "/acme/web:v1"),
                        new RegistryCredentials.Bearer(TOKEN.getBytes(StandardCharsets.US_ASCII)));
    }

    public Workloads workload(String id) {
        return Workloads.of(id)
                .image(host() + "/acme/web", digest.toString())
                .argv(new String[0])
                .memory(128L << 20);
    }

    private String host() {
        return "127.0.0.1:" + registry.port();
    }

    @Override
    public void close() {
        registry.stop();
    }

    private static final class Everything implements RegistryAccess {
        @Override
        public boolean allows(String repository, Action action) {
            return true;
        }

        @Override
        public Author author() {
            return new Author("user", "usr_test");
        }

        @Override
        public boolean pullsDeleted() {
            return false;
        }
    }
}
