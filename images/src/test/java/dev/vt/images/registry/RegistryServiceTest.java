package dev.vt.images.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryServiceTest {
    private static final byte[] CONTENT = "some layer, compressed or not".getBytes(UTF_8);

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private RegistryFixture registry;

    @BeforeEach
    void start() throws Exception {
        registry = new RegistryFixture(directory, new RegistryLimits(1 << 20, 3, Duration.ofHours(1)));
    }

    @AfterEach
    void stop() {
        registry.close();
        http.close();
    }

    @Test
    void versionCheckAsksForCredentialsAndTakesBasicAndBearer() throws Exception {
        HttpResponse<String> without = send(request("/v2/", "").GET());
        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(without.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("Basic "));
        assertThat(send(request("/v2/", "all").GET()).statusCode()).isEqualTo(200);
        String basic = "Basic " + Base64.getEncoder().encodeToString("anybody:all".getBytes(UTF_8));
        assertThat(send(HttpRequest.newBuilder(uri("/v2/")).header("Authorization", basic))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(request("/v2/", "wrong").GET()).statusCode()).isEqualTo(401);
    }

    @Test
    void monolithicUploadIsReadBackWholeAndInRanges() throws Exception {
        OciDigest digest = upload("acme/web", CONTENT);
        String path = "/v2/acme/web/blobs/" + digest;
        HttpResponse<byte[]> whole = bytes(request(path, "reader").GET());
        assertThat(whole.body()).isEqualTo(CONTENT);
        assertThat(whole.headers().firstValue("Docker-Content-Digest")).hasValue(digest.toString());
        HttpResponse<byte[]> range =
                bytes(request(path, "reader").header("Range", "bytes=5-9").GET());
        assertThat(range.statusCode()).isEqualTo(206);
        assertThat(new String(range.body(), UTF_8)).isEqualTo("layer");
        assertThat(range.headers().firstValue("Content-Range")).hasValue("bytes 5-9/" + CONTENT.length);
        assertThat(bytes(request(path, "reader").header("Range", "bytes=20-").GET())
                        .body())
                .hasSize(CONTENT.length - 20);
        assertThat(bytes(request(path, "reader")
                                .header("Range", "bytes=" + CONTENT.length + "-")
                                .GET())
                        .statusCode())
                .isEqualTo(416);
        HttpResponse<String> head = send(request(path, "reader").HEAD());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(CONTENT.length);
    }

    @Test
    void chunkedUploadGoesOnWhereItBrokeOffAndRefusesAnotherOffset() throws Exception {
        String location = startUpload("acme/web");
        HttpResponse<String> first = send(request(location, "all")
                .header("Content-Range", "0-9")
                .method("PATCH", BodyPublishers.ofByteArray(CONTENT, 0, 10)));
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(first.headers().firstValue("Range")).hasValue("0-9");
        HttpResponse<String> gap = send(request(location, "all")
                .header("Content-Range", "15-19")
                .method("PATCH", BodyPublishers.ofByteArray(CONTENT, 15, 5)));
        assertThat(gap.statusCode()).isEqualTo(416);
        HttpResponse<String> status = send(request(location, "all").GET());
        assertThat(status.statusCode()).isEqualTo(204);
        assertThat(status.headers().firstValue("Range")).hasValue("0-9");
        HttpResponse<String> last = send(request(location + "?digest=" + OciDigest.of(CONTENT), "all")
                .PUT(BodyPublishers.ofByteArray(CONTENT, 10, CONTENT.length - 10)));
        assertThat(last.statusCode()).isEqualTo(201);
        assertThat(bytes(request("/v2/acme/web/blobs/" + OciDigest.of(CONTENT), "all")
                                .GET())
                        .body())
                .isEqualTo(CONTENT);
    }

    @Test
    void wrongDigestStoresNothingAndEndsTheUpload() throws Exception {
        String location = startUpload("acme/web");
        OciDigest other = OciDigest.of(new byte[] {1});
        HttpResponse<String> answer =
                send(request(location + "?digest=" + other, "all").PUT(BodyPublishers.ofByteArray(CONTENT)));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("DIGEST_INVALID");
        assertThat(send(request("/v2/acme/web/blobs/" + other, "all").HEAD()).statusCode())
                .isEqualTo(404);
        assertThat(send(request(location, "all").GET()).statusCode()).isEqualTo(404);
    }

    @Test
    void uploadsAreBoundedInSizeAndNumber() throws Exception {
        String location = startUpload("acme/web");
        assertThat(send(request(location, "all").method("PATCH", BodyPublishers.ofByteArray(new byte[(1 << 20) + 1])))
                        .statusCode())
                .isEqualTo(413);
        startUpload("acme/web");
        startUpload("acme/web");
        assertThat(send(request("/v2/acme/web/blobs/uploads/", "all").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(429);
        assertThat(send(request(location, "all").DELETE()).statusCode()).isEqualTo(204);
        startUpload("acme/web");
    }

    @Test
    void blobOfAnotherRepositoryIsSeenOnlyAfterAMountByOneWhoMayReadIt() throws Exception {
        OciDigest digest = upload("secret/app", CONTENT);
        assertThat(send(request("/v2/acme/web/blobs/" + digest, "all").HEAD()).statusCode())
                .isEqualTo(404);
        assertThat(send(request("/v2/secret/app/blobs/" + digest, "reader").GET())
                        .statusCode())
                .isEqualTo(404);
        HttpResponse<String> mounted =
                send(request("/v2/acme/web/blobs/uploads/?mount=" + digest + "&from=secret/app", "all")
                        .POST(BodyPublishers.noBody()));
        assertThat(mounted.statusCode()).isEqualTo(201);
        assertThat(send(request("/v2/acme/web/blobs/" + digest, "reader").HEAD())
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(request("/v2/acme/web/blobs/uploads/?mount=" + OciDigest.of(new byte[0]) + "&from=x/y", "all")
                                .POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void manifestNeedsItsPartsAndIsFoundByTagAndDigest() throws Exception {
        byte[] manifest = manifestOf(OciDigest.of(CONTENT));
        assertThat(putManifest("acme/web", "v1", manifest).body()).contains("MANIFEST_BLOB_UNKNOWN");
        upload("acme/web", CONTENT);
        HttpResponse<String> stored = putManifest("acme/web", "v1", manifest);
        assertThat(stored.statusCode()).isEqualTo(201);
        String digest = stored.headers().firstValue("Docker-Content-Digest").orElseThrow();
        assertThat(digest).isEqualTo(OciDigest.of(manifest).toString());
        for (String reference : new String[] {"v1", digest}) {
            HttpResponse<byte[]> read = bytes(
                    request("/v2/acme/web/manifests/" + reference, "reader").GET());
            assertThat(read.body()).isEqualTo(manifest);
            assertThat(read.headers().firstValue("Content-Type")).hasValue(MediaTypes.OCI_MANIFEST);
        }
        assertThat(send(request("/v2/acme/web/manifests/v1", "reader").HEAD())
                        .headers()
                        .firstValueAsLong("Content-Length"))
                .hasValue(manifest.length);
    }

    @Test
    void tagsAreListedInPagesAndVanishWithTheirManifest() throws Exception {
        upload("acme/web", CONTENT);
        byte[] manifest = manifestOf(OciDigest.of(CONTENT));
        for (String tag : new String[] {"v1", "v2", "v3"}) {
            putManifest("acme/web", tag, manifest);
        }
        HttpResponse<String> page =
                send(request("/v2/acme/web/tags/list?n=2", "reader").GET());
        assertThat(page.body()).isEqualTo("{\"name\":\"acme/web\",\"tags\":[\"v1\",\"v2\"]}");
        assertThat(page.headers().firstValue("Link")).hasValue("</v2/acme/web/tags/list?n=2&last=v2>; rel=\"next\"");
        assertThat(send(request("/v2/acme/web/manifests/v2", "all").DELETE()).statusCode())
                .isEqualTo(202);
        assertThat(send(request("/v2/acme/web/manifests/" + OciDigest.of(manifest), "all")
                                .DELETE())
                        .statusCode())
                .isEqualTo(202);
        assertThat(send(request("/v2/acme/web/tags/list", "reader").GET()).body())
                .isEqualTo("{\"name\":\"acme/web\",\"tags\":[]}");
        assertThat(send(request("/v2/acme/none/tags/list", "reader").GET()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void readerMayNotPushOrDelete() throws Exception {
        OciDigest digest = upload("acme/web", CONTENT);
        assertThat(send(request("/v2/acme/web/blobs/uploads/", "reader").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(request("/v2/acme/web/blobs/" + digest, "reader").DELETE())
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void namesThatWouldLeaveTheStoreAreRefused() throws Exception {
        for (String path : new String[] {
            "/v2/..%2f..%2fetc/manifests/v1",
            "/v2/a/_blobs/tags/list",
            "/v2/acme/web/manifests/%2e%2e%2fx",
            "/v2/A/tags/list"
        }) {
            assertThat(send(request(path, "all").GET()).statusCode()).as(path).isBetween(400, 404);
        }
    }

    private OciDigest upload(String repository, byte[] content) throws Exception {
        OciDigest digest = OciDigest.of(content);
        String location = startUpload(repository);
        HttpResponse<String> answer =
                send(request(location + "?digest=" + digest, "all").PUT(BodyPublishers.ofByteArray(content)));
        assertThat(answer.statusCode()).isEqualTo(201);
        return digest;
    }

    private String startUpload(String repository) throws Exception {
        BodyPublisher none = BodyPublishers.noBody();
        HttpResponse<String> answer =
                send(request("/v2/" + repository + "/blobs/uploads/", "all").POST(none));
        assertThat(answer.statusCode()).isEqualTo(202);
        return answer.headers().firstValue("Location").orElseThrow();
    }

    private HttpResponse<String> putManifest(String repository, String reference, byte[] content) throws Exception {
        return send(request("/v2/" + repository + "/manifests/" + reference, "all")
                .header("Content-Type", MediaTypes.OCI_MANIFEST)
                .PUT(BodyPublishers.ofByteArray(content)));
    }

    private static byte[] manifestOf(OciDigest part) {
        String descriptor = "{\"mediaType\":\"x\",\"digest\":\"" + part + "\",\"size\":" + CONTENT.length + "}";
        return ("{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_MANIFEST + "\",\"config\":" + descriptor
                        + ",\"layers\":[" + descriptor + "]}")
                .getBytes(UTF_8);
    }

    private HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri(path));
        return token.isEmpty() ? builder : builder.header("Authorization", "Bearer " + token);
    }

    private URI uri(String path) {
        return URI.create("http://" + registry.host() + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<byte[]> bytes(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }
}
