package dev.vt.images.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.vt.images.Descriptor;
import dev.vt.images.ImageConfig;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageLimits;
import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.Platform;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.FaultyProxy.Fault;
import dev.vt.images.layout.ImageLayout;
import dev.vt.images.layout.LayoutWriter;
import dev.vt.images.registry.RegistryFixture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Also runtime.md §16, test 14: a registry that fails in every way. */
class RegistryClientTest {
    private static final RegistryCredentials TOKEN = new RegistryCredentials.Bearer("all".getBytes(UTF_8));
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private final List<Duration> pauses = new ArrayList<>();
    private RegistryFixture registry;
    private FaultyProxy proxy;
    private RegistryClient client;
    private Descriptor layer;
    private byte[] layerBytes;
    private ImageReference pushed;

    @BeforeEach
    void pushAnImage() throws Exception {
        registry = new RegistryFixture(directory.resolve("registry"));
        proxy = new FaultyProxy(registry.host());
        client = new RegistryClient(
                new RegistryOptions(Set.of(registry.host(), proxy.host()), Optional.empty(), Duration.ofMillis(500)),
                new Retries(pauses::add));
        byte[] noise = new byte[200_000];
        new Random(1).nextBytes(noise);
        Path layoutDirectory = directory.resolve("layout");
        new LayoutWriter().file("/app/server", noise, 0755).write(layoutDirectory, config());
        pushed = ImageReference.parse(registry.host() + "/acme/web:v1");
        new ImagePusher(client).push(layoutDirectory, pushed, TOKEN);
        ImageLayout layout = ImageLayout.open(layoutDirectory);
        layer = layout.children(layout.image()).get(1);
        layerBytes = Files.readAllBytes(layout.blob(layer.digest()));
    }

    @AfterEach
    void stop() {
        client.close();
        proxy.close();
        registry.close();
    }

    @Test
    void pushedImageResolvesToTheDigestOfItsManifest() throws Exception {
        ResolvedImage resolved =
                new ImageResolver(client, ImageLimits.DEFAULT).resolve(pushed, Platform.LINUX_AMD64, TOKEN);
        assertThat(resolved.digest())
                .isEqualTo(ImageLayout.open(directory.resolve("layout")).image().digest());
        assertThat(resolved.indexDigest()).isEmpty();
        assertThat(resolved.config()).isEqualTo(config());
        assertThat(resolved.compressedBytes()).isEqualTo(layer.size());
    }

    @Test
    void imageForAnotherPlatformIsUnsupported() {
        assertFails(
                ImageFailure.UNSUPPORTED,
                () -> new ImageResolver(client, ImageLimits.DEFAULT).resolve(pushed, Platform.LINUX_ARM64, TOKEN));
    }

    @Test
    void wrongCredentialsAndMissingImagesAreFinalAtOnce() {
        ImageResolver resolver = new ImageResolver(client, ImageLimits.DEFAULT);
        assertFails(
                ImageFailure.AUTH,
                () -> resolver.resolve(pushed, Platform.LINUX_AMD64, RegistryCredentials.anonymous()));
        assertFails(
                ImageFailure.NOT_FOUND,
                () -> resolver.resolve(
                        ImageReference.parse(registry.host() + "/acme/web:v2"), Platform.LINUX_AMD64, TOKEN));
        assertThat(pauses).isEmpty();
    }

    @Test
    void finalStatusesAreNotRetriedAndTransientOnesAreFiveTimes() {
        for (int status = 400; status <= 511; status++) {
            int answer = status;
            pauses.clear();
            proxy.script((method, path, nth) -> new Fault.Status(answer, "", ""));
            assertThatThrownBy(() -> download("x" + answer)).isInstanceOf(ImageException.class);
            boolean transientStatus = answer >= 500 || answer == 408 || answer == 429;
            if (answer != 416) {
                assertThat(proxy.requests()).as("status %d", answer).hasSize(transientStatus ? 6 : 1);
            }
        }
        assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L);
    }

    @Test
    void busyRegistryIsAskedAgainWhenItSays() throws Exception {
        proxy.script((method, path, nth) ->
                nth < 3 ? new Fault.Status(429, "Retry-After", String.valueOf(7 + nth)) : new Fault.None());
        assertThat(download("busy")).isEqualTo(layerBytes);
        assertThat(pauses).extracting(Duration::toSeconds).containsExactly(7L, 8L, 9L);
    }

    @Test
    void downloadCutAtEachChunkGoesOnWithRange() throws Exception {
        proxy.script((method, path, nth) -> nth < 20 ? new Fault.Cut(9_000) : new Fault.None());
        assertThat(download("cut")).isEqualTo(layerBytes);
        assertThat(proxy.requests()).hasSizeGreaterThan(10);
    }

    @Test
    void registryWithoutRangeStartsAnew() throws Exception {
        proxy.script((method, path, nth) -> nth == 0 ? new Fault.Cut(50_000) : new Fault.NoRange());
        assertThat(download("norange")).isEqualTo(layerBytes);
    }

    @Test
    void partOfAnEarlierProcessIsUsed() throws Exception {
        Path partial = directory.resolve("earlier");
        Files.write(partial, java.util.Arrays.copyOf(layerBytes, 100_000));
        proxy.script((method, path, nth) -> new Fault.Cut(layerBytes.length - 100_000));
        repository(proxy.host(), TOKEN).download(layer, partial, LIMIT);
        assertThat(Files.readAllBytes(partial)).isEqualTo(layerBytes);
    }

    @Test
    void wrongContentIsDeletedAndNotAskedForAgain() {
        for (Fault fault : List.of(new Fault.Flip(), new Fault.Surplus())) {
            proxy.script((method, path, nth) -> fault);
            assertFails(ImageFailure.DIGEST_MISMATCH, () -> download("wrong"));
            assertThat(proxy.requests()).hasSize(1);
            assertThat(directory.resolve("wrong")).doesNotExist();
        }
        proxy.script((method, path, nth) -> new Fault.Flip());
        ImageReference byDigest = ImageReference.parse(proxy.host() + "/acme/web@" + OciDigest.of(new byte[] {1}));
        assertFails(
                ImageFailure.NOT_FOUND,
                () -> client.repository(byDigest, TOKEN, false).manifest(byDigest.target()));
    }

    @Test
    void stalledTransferIsBrokenOffAndTriedAgain() throws Exception {
        proxy.script((method, path, nth) -> nth == 0 ? new Fault.Stall() : new Fault.None());
        assertThat(download("stall")).isEqualTo(layerBytes);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void redirectDropsCredentialsOnAnotherHostAndEndsAfterFive() throws Exception {
        FaultyProxy other = new FaultyProxy(registry.host());
        try (other;
                RegistryClient withOther = new RegistryClient(
                        RegistryOptions.withPlainHttp(Set.of(proxy.host(), other.host())), new Retries(pauses::add))) {
            proxy.script((method, path, nth) -> new Fault.Status(307, "Location", "http://" + other.host() + path));
            Path target = directory.resolve("redirected");
            withOther
                    .repository(ImageReference.parse(proxy.host() + "/acme/web"), TOKEN, false)
                    .download(layer, target, LIMIT);
            assertThat(Files.readAllBytes(target)).isEqualTo(layerBytes);
            assertThat(proxy.authorizations()).containsExactly("Bearer all");
            assertThat(other.authorizations()).containsExactly("null");
        }
        proxy.script((method, path, nth) -> new Fault.Status(302, "Location", path));
        assertFails(ImageFailure.NETWORK, () -> download("loop"));
        assertThat(proxy.requests()).hasSize(6);
    }

    @Test
    void redirectToAnUnlistedHostWithoutTlsIsRefused() {
        proxy.script((method, path, nth) -> new Fault.Status(307, "Location", "http://192.0.2.1/blob"));
        assertFails(ImageFailure.NETWORK, () -> download("plain"));
    }

    @Test
    void tokenServiceIsAskedWithTheScopeAndTheCredentials() throws Exception {
        List<String> asked = new ArrayList<>();
        HttpServer tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tokens.createContext("/token", exchange -> {
            asked.add(exchange.getRequestURI().getQuery() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] answer = "{\"token\":\"fresh\",\"expires_in\":300}".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            try (exchange) {
                exchange.getResponseBody().write(answer);
            }
        });
        tokens.start();
        String tokenHost = "127.0.0.1:" + tokens.getAddress().getPort();
        proxy.script((method, path, nth) -> proxy.authorizations().getLast().equals("Bearer fresh")
                ? new Fault.None()
                : new Fault.Status(
                        401, "WWW-Authenticate", "Bearer realm=\"http://" + tokenHost + "/token\",service=\"reg\""));
        try (RegistryClient withTokens =
                new RegistryClient(RegistryOptions.withPlainHttp(Set.of(proxy.host(), tokenHost)))) {
            Path target = directory.resolve("token");
            withTokens
                    .repository(
                            ImageReference.parse(proxy.host() + "/acme/web"),
                            new RegistryCredentials.Basic("me", "pw".getBytes(UTF_8)),
                            false)
                    .download(layer, target, LIMIT);
            assertThat(Files.readAllBytes(target)).isEqualTo(layerBytes);
            assertThat(asked).containsExactly("service=reg&scope=repository:acme/web:pull Basic bWU6cHc=");
        } finally {
            tokens.stop(0);
        }
    }

    private byte[] download(String name) throws Exception {
        Path partial = directory.resolve(name);
        repository(proxy.host(), TOKEN).download(layer, partial, LIMIT);
        return Files.readAllBytes(partial);
    }

    private RegistryClient.Repository repository(String host, RegistryCredentials credentials) {
        return client.repository(ImageReference.parse(host + "/acme/web"), credentials, false);
    }

    private static void assertFails(ImageFailure failure, ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.failure()).isEqualTo(failure));
    }

    private static ImageConfig config() {
        return new ImageConfig(
                "linux",
                "amd64",
                List.of("/app/server"),
                List.of("--port", "8080"),
                List.of("PATH=/bin"),
                "/app",
                "1000:1000",
                "SIGTERM",
                List.of("8080/tcp"));
    }
}
