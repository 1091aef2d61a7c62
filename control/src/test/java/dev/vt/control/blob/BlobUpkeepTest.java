package dev.vt.control.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestServer;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryLimits;
import dev.vt.images.registry.RegistryStore;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A registry in direct mode: pushes are events, and content goes when nothing names it, not before. */
class BlobUpkeepTest {
    private static final Duration LATER = BlobUpkeep.KEPT_UNNAMED.plusMinutes(1);

    @RegisterExtension
    final TestServer server = TestServer.still();

    private final HttpClient http = HttpClient.newHttpClient();
    private String token = "";

    @BeforeEach
    void signIn() {
        token = server.bootstrapped().token();
    }

    @AfterEach
    void end() {
        http.close();
    }

    @Test
    void whatNobodyNamesGoesAfterADay() throws Exception {
        OciDigest orphan = upload("acme/web", "orphan");
        OciDigest named = push("acme/web", "v1", "named");

        server.advance(BlobUpkeep.KEPT_UNNAMED.minusMinutes(5));
        assertThat(collect()).hasValue(0);
        server.advance(Duration.ofMinutes(6));
        assertThat(collect()).hasValue(1);

        assertThat(file(orphan)).doesNotExist();
        assertThat(file(named)).exists();
        assertThat(file(OciDigest.of("named".getBytes(UTF_8)))).exists();
        assertThat(status("HEAD", "acme/web/blobs/" + orphan)).isEqualTo(404);
        assertThat(status("GET", "acme/web/manifests/v1")).isEqualTo(200);
    }

    @Test
    void aDeletedImageGoesADayLater() throws Exception {
        OciDigest manifest = push("acme/web", "v1", "layer");
        server.advance(LATER);
        assertThat(status("DELETE", "acme/web/manifests/" + manifest)).isEqualTo(202);

        assertThat(collect()).as("a release may be on its way").hasValue(0);
        server.advance(LATER);
        assertThat(collect()).hasValue(2);
        assertThat(file(manifest)).doesNotExist();
    }

    @Test
    void contentThatAnotherRepositoryNamesStays() throws Exception {
        OciDigest manifest = push("acme/web", "v1", "layer");
        push("acme/copy", "v1", "layer");
        assertThat(status("DELETE", "acme/web/manifests/" + manifest)).isEqualTo(202);
        server.advance(LATER);

        assertThat(collect()).hasValue(0);
        assertThat(status("GET", "acme/web/manifests/v1")).isEqualTo(404);
        assertThat(status("GET", "acme/copy/manifests/v1")).isEqualTo(200);
    }

    @Test
    void anImageOfAReleaseStaysWhenItIsDeleted() throws Exception {
        OciDigest manifest = push("acme/web", "v1", "layer");
        server.images().put("registry.test/shop:1", manifest("layer"));
        Shop shop = Shop.on(server);
        assertThat(shop.release("registry.test/shop:1", Shop.MANIFEST).status()).isEqualTo(201);
        assertThat(status("DELETE", "acme/web/manifests/" + manifest)).isEqualTo(202);
        server.advance(LATER);

        assertThat(collect()).hasValue(0);
        assertThat(status("GET", "acme/web/manifests/" + manifest))
                .as("for people it is gone")
                .isEqualTo(404);
        assertThat(file(manifest)).exists();
    }

    @Test
    void nothingGoesWhileItIsNotSureWhatIsNamed() throws Exception {
        upload("acme/web", "orphan");
        server.advance(LATER);
        assertThat(upkeep(limit -> false).collect()).isEmpty();
        assertThat(collect()).hasValue(1);
    }

    @Test
    void contentThatWasPushedAgainStaysForADayFromThen() throws Exception {
        OciDigest blob = upload("acme/web", "layer");
        server.advance(LATER);
        upload("acme/web", "layer");
        assertThat(collect()).hasValue(0);
        assertThat(file(blob)).exists();
    }

    @Test
    void pushesAndDeletionsAreEvents() throws Exception {
        OciDigest manifest = push("acme/web", "v1", "layer");
        push("acme/web", "v1", "layer");
        assertThat(status("DELETE", "acme/web/blobs/" + OciDigest.of("layer".getBytes(UTF_8))))
                .as("a manifest names it")
                .isEqualTo(405);
        assertThat(status("DELETE", "acme/web/manifests/v1")).isEqualTo(202);
        assertThat(status("DELETE", "acme/web/manifests/v1")).isEqualTo(404);
        assertThat(status("DELETE", "acme/web/manifests/" + manifest)).isEqualTo(202);

        assertThat(server.operator()
                        .get("/v1/orgs/" + server.orgId() + "/events?limit=1000&type=repository.")
                        .json()
                        .path("items")
                        .findValuesAsText("event_type"))
                .containsExactly(
                        "repository.created",
                        "repository.manifest_pushed",
                        "repository.tag_deleted",
                        "repository.manifest_deleted");
    }

    @Test
    void anIndexIsTakenWithItsManifestsOnly() throws Exception {
        upload("acme/web", "layer");
        OciDigest child = OciDigest.of(manifest("layer").getBytes(UTF_8));
        String index = "{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_INDEX
                + "\",\"manifests\":[{\"digest\":\"" + child + "\",\"size\":1}]}";
        assertThat(send("PUT", "acme/web/manifests/v1", index.getBytes(UTF_8), MediaTypes.OCI_INDEX)
                        .body())
                .contains("MANIFEST_BLOB_UNKNOWN");
        assertThat(putManifest("acme/web", child.toString(), manifest("layer")).statusCode())
                .isEqualTo(201);
        assertThat(send("PUT", "acme/web/manifests/v1", index.getBytes(UTF_8), MediaTypes.OCI_INDEX)
                        .statusCode())
                .isEqualTo(201);

        HttpResponse<String> read = send("GET", "acme/web/manifests/v1", new byte[0]);
        assertThat(read.body()).isEqualTo(index);
        assertThat(read.headers().firstValue("content-type")).hasValue(MediaTypes.OCI_INDEX);
        assertThat(send("GET", "acme/web/tags/list", new byte[0]).body())
                .isEqualTo("{\"name\":\"acme/web\",\"tags\":[\"v1\"]}");
    }

    @Test
    void anOrgOfTheSameNameGetsNothingOfTheOneBefore() throws Exception {
        push("acme/web", "v1", "layer");
        String old = server.orgId();
        assertThat(server.operator()
                        .patch("/v1/orgs/" + old, Json.object().put("name", "former"))
                        .status())
                .isEqualTo(200);
        server.operator().post("/v1/orgs", Json.object().put("name", "acme"));

        assertThat(status("GET", "acme/web/manifests/v1")).isEqualTo(404);
        assertThat(putManifest("acme/web", "v2", manifest("layer")).statusCode())
                .isEqualTo(403);
        push("acme/new", "v1", "layer");
    }

    /** As after a restore of a backup, which has the log and no content: what is nowhere can be pushed again. */
    @Test
    void contentThatIsNowhereCanBePushedAgain() throws Exception {
        OciDigest manifest = push("acme/web", "v1", "layer");
        OciDigest layer = OciDigest.of("layer".getBytes(UTF_8));
        Files.delete(file(layer));
        Files.delete(file(manifest));

        assertThat(status("HEAD", "acme/web/blobs/" + layer)).isEqualTo(404);
        assertThat(status("GET", "acme/web/manifests/v1")).isEqualTo(404);
        assertThat(putManifest("acme/web", "v1", manifest("layer")).statusCode())
                .as("its blob is lacking")
                .isEqualTo(404);
        push("acme/web", "v1", "layer");
        assertThat(status("GET", "acme/web/blobs/" + layer)).isEqualTo(200);
        assertThat(status("GET", "acme/web/manifests/v1")).isEqualTo(200);
    }

    private OptionalInt collect() throws Exception {
        return upkeep(limit -> true).collect();
    }

    private BlobUpkeep upkeep(BlobUpkeep.Confirmation newest) throws IOException {
        TestClock now = new TestClock(server.now());
        return new BlobUpkeep(
                server.control().store(),
                new RegistryStore(registry(), RegistryLimits.DEFAULT, now),
                null,
                newest,
                now);
    }

    private Path registry() {
        return server.dataDir().resolve("registry");
    }

    private Path file(OciDigest digest) {
        return registry().resolve("blobs").resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }

    private OciDigest upload(String repository, String content) throws Exception {
        byte[] bytes = content.getBytes(UTF_8);
        OciDigest digest = OciDigest.of(bytes);
        HttpResponse<String> answer = send("POST", repository + "/blobs/uploads/?digest=" + digest, bytes);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return digest;
    }

    /** An image of one blob, which is its configuration, too. */
    private OciDigest push(String repository, String tag, String content) throws Exception {
        upload(repository, content);
        HttpResponse<String> answer = putManifest(repository, tag, manifest(content));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return OciDigest.of(manifest(content).getBytes(UTF_8));
    }

    private HttpResponse<String> putManifest(String repository, String tag, String manifest) throws Exception {
        return send("PUT", repository + "/manifests/" + tag, manifest.getBytes(UTF_8));
    }

    private static String manifest(String content) {
        String descriptor = "{\"digest\":\"" + OciDigest.of(content.getBytes(UTF_8)) + "\",\"size\":1}";
        return "{\"schemaVersion\":2,\"config\":" + descriptor + ",\"layers\":[" + descriptor + "]}";
    }

    private int status(String method, String path) throws Exception {
        return send(method, path, new byte[0]).statusCode();
    }

    private HttpResponse<String> send(String method, String path, byte[] body) throws Exception {
        return send(method, path, body, MediaTypes.OCI_MANIFEST);
    }

    private HttpResponse<String> send(String method, String path, byte[] body, String mediaType) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.origin() + "/v2/" + path))
                .header("authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.ofByteArray(body));
        if (method.equals("PUT")) {
            request.header("content-type", mediaType);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
