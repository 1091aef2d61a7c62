package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every endpoint has in common, over the wire. */
class HttpServerTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    /** Every registered operation is tried without and with a wrong token; only public rows answer. */
    @TestFactory
    Stream<DynamicTest> nothingButPublicRowsAnswersWithoutAToken() {
        TestClient anonymous = server.anonymous();
        TestClient stranger = server.with("vt_pat_" + "A".repeat(43));
        TestClient nonsense = server.with("let me in");
        return server.control().endpoints().stream()
                .filter(endpoint -> !(endpoint.access() instanceof Access.Anonymous))
                .map(endpoint -> DynamicTest.dynamicTest(endpoint.operation(), () -> {
                    String path = endpoint.path().text().replaceAll("\\{[^}]*}", "org_00000000000000000000000000");
                    for (TestClient client : new TestClient[] {anonymous, stranger, nonsense}) {
                        TestReply reply = client.send(endpoint.method().name(), path, null);
                        assertThat(reply.status()).as(endpoint.operation()).isEqualTo(401);
                        assertThat(reply.code()).isEqualTo("unauthorized");
                        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
                    }
                }));
    }

    @Test
    void onlyTheseRowsArePublic() {
        assertThat(server.control().endpoints().stream()
                        .filter(endpoint -> endpoint.access() instanceof Access.Anonymous)
                        .map(endpoint -> endpoint.path().text()))
                .containsExactlyInAnyOrder(
                        "/healthz",
                        "/readyz",
                        "/v1/version",
                        "/v1/capabilities",
                        "/v1/openapi.json",
                        "/v1/schemas/{name}",
                        "/v1/bootstrap",
                        "/v1/auth/login",
                        "/v1/auth/invitations/accept",
                        "/v1/auth/device/start",
                        "/v1/auth/device/token",
                        "/v1/auth/refresh",
                        "/v1/auth/revoke",
                        "/v1/auth/token");
    }

    @Test
    void answersAndRefusalsCarryTheHeadersOfSC14() {
        for (String path : new String[] {"/v1/version", "/v1/auth/whoami", "/nowhere"}) {
            TestReply reply = server.anonymous().get(path);
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(reply.header("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
            assertThat(reply.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
            assertThat(reply.header("Permissions-Policy")).contains("camera=()").doesNotContain("clipboard");
        }
    }

    @Test
    void publicRowsAnswer() {
        TestClient anonymous = server.anonymous();

        assertThat(anonymous.get("/healthz").status()).isEqualTo(200);
        assertThat(anonymous.get("/readyz").status()).isEqualTo(200);
        assertThat(anonymous.get("/v1/version").json().path("api").asText()).isEqualTo("v1");
        assertThat(anonymous.get("/v1/capabilities").json().path("features")).isNotEmpty();
        assertThat(anonymous.get("/v1/openapi.json").json().path("openapi").asText())
                .startsWith("3.1");
        assertThat(anonymous.get("/v1/schemas/manifest").status()).isEqualTo(200);
        assertThat(anonymous.get("/v1/schemas/..%2fsecret").status()).isEqualTo(404);
        assertThat(anonymous.get("/v1/schemas/nothing").code()).isEqualTo("not_found");
    }

    @Test
    void unknownPathsAndMethodsAreProblems() {
        TestReply path = server.anonymous().get("/v1/nothing");
        TestReply method = server.anonymous().delete("/v1/version");

        assertThat(path.code()).isEqualTo("not_found");
        assertThat(method.code()).isEqualTo("method_not_allowed");
        assertThat(method.header("Allow")).isEqualTo("GET");
    }

    @Test
    void aGoodRequestIdIsKeptAndABadOneReplaced() {
        TestClient anonymous = server.anonymous();

        assertThat(anonymous
                        .header("X-Request-Id", "my.request-1_a")
                        .get("/healthz")
                        .header("X-Request-Id"))
                .isEqualTo("my.request-1_a");
        assertThat(anonymous.header("X-Request-Id", "a b").get("/healthz").header("X-Request-Id"))
                .startsWith("req_");
        assertThat(anonymous
                        .header("X-Request-Id", "x".repeat(65))
                        .get("/healthz")
                        .header("X-Request-Id"))
                .startsWith("req_");
    }

    @Test
    void bodiesAreBoundedAndTyped() {
        TestClient operator = server.operator();
        byte[] large = new byte[Endpoint.DEFAULT_MAX_BODY + 1];
        Arrays.fill(large, (byte) ' ');

        assertThat(operator.send("POST", "/v1/orgs", large).code()).isEqualTo("payload_too_large");
        assertThat(operator.header("Content-Type", "text/plain")
                        .post("/v1/orgs", Json.object())
                        .code())
                .isEqualTo("unsupported_media_type");
        assertThat(operator.header("Accept", "text/html").get("/v1/orgs").code())
                .isEqualTo("not_acceptable");
        assertThat(operator.send("POST", "/v1/orgs", null).code()).isEqualTo("malformed_body");
    }

    @Test
    void postsNeedAnIdempotencyKeyOfTheRightForm() {
        TestClient operator = server.operator();

        assertThat(operator.key("")
                        .header("Idempotency-Key", " ")
                        .post("/v1/orgs", Json.object())
                        .status())
                .isEqualTo(400);
        assertThat(operator.key("short")
                        .post("/v1/orgs", Json.object().put("name", "x"))
                        .code())
                .isEqualTo("invalid_argument");
    }

    @Test
    void readsWaitForTheEventTheClientHasSeenS16() {
        TestClient operator = server.operator();
        TestReply made = operator.post("/v1/orgs", Json.object().put("name", "later"));
        String head = made.header("Vt-Event-Id");

        TestReply read = operator.header("Vt-Min-Event-Id", head).get("/v1/orgs/" + made.id());

        assertThat(read.status()).isEqualTo(200);
        assertThat(Long.parseLong(read.header("Vt-Event-Id"))).isGreaterThanOrEqualTo(Long.parseLong(head));
        assertThat(operator.header("Vt-Min-Event-Id", "99999999")
                        .header("Vt-Consistency", "stale")
                        .get("/v1/orgs")
                        .status())
                .isEqualTo(200);
        assertThat(operator.header("Vt-Min-Event-Id", "x").get("/v1/orgs").code())
                .isEqualTo("invalid_argument");
        assertThat(operator.header("Vt-Consistency", "maybe").get("/v1/orgs").code())
                .isEqualTo("invalid_argument");
    }

    @Test
    void aReadOfTheFutureTimesOut() {
        TestReply reply =
                server.operator().header("Vt-Min-Event-Id", "99999999").get("/v1/orgs");

        assertThat(reply.code()).isEqualTo("read_wait_timeout");
        assertThat(reply.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void whatIsNotHttpIsRefusedAndTheServerLives() throws IOException {
        for (String raw : new String[] {
            "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u0001 HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n\r\n"
        }) {
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), server.control().httpPort())) {
                socket.setSoTimeout(5000);
                OutputStream out = socket.getOutputStream();
                out.write(raw.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
                socket.shutdownOutput();
                InputStream in = socket.getInputStream();
                String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
                assertThat(answer).doesNotContain("200 OK").doesNotContain("Exception");
            }
        }
        assertThat(server.anonymous().get("/healthz").status()).isEqualTo(200);
    }
}
