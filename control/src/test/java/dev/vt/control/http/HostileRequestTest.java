package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bad requests over the wire: a stable code of api.md §5 or a closed connection, never a 500, and the server lives. */
class HostileRequestTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private static String raw(byte[] request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.control().httpPort())) {
            socket.setSoTimeout(30_000);
            try {
                socket.getOutputStream().write(request);
                socket.getOutputStream().flush();
                socket.shutdownOutput();
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketException e) {
                return "";
            }
        }
    }

    private static byte[] post(String headers, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("POST /v1/orgs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                        + server.bootstrapped().token() + "\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(body);
        return out.toByteArray();
    }

    private static byte[] chunked(int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[64 << 10];
        java.util.Arrays.fill(chunk, (byte) ' ');
        for (int sent = 0; sent < size; sent += chunk.length) {
            out.writeBytes((Integer.toHexString(chunk.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(chunk);
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static String codeOf(String answer) {
        int body = answer.indexOf("\r\n\r\n");
        assertThat(answer).as("an answer").contains("\r\n\r\n");
        String json = answer.substring(answer.indexOf('{', body), answer.lastIndexOf('}') + 1);
        String code = Json.parse(json).path("code").asText();
        assertThat(ErrorCode.of(code)).as(answer).isPresent();
        return code;
    }

    @Test
    void aMissingKeyIsAskedFor() throws IOException {
        String answer = raw(post("Content-Type: application/json\r\nContent-Length: 2\r\n", new byte[] {'{', '}'}));
        assertThat(codeOf(answer)).isEqualTo("idempotency_key_required");
    }

    @Test
    void aBodyThatDoesNotSayItsSizeIsBoundedToo() throws IOException {
        String headers =
                "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nIdempotency-Key: hostile-1\r\n";
        String answer = raw(post(headers, chunked(Endpoint.DEFAULT_MAX_BODY + (64 << 10))));
        assertThat(answer.isEmpty() || codeOf(answer).equals("payload_too_large"))
                .as(answer)
                .isTrue();
        assertThat(codeOf(raw(post(headers, chunked(64 << 10))))).isEqualTo("malformed_body");
    }

    @Test
    void whatIsNotARequestIsRefusedOrClosed() throws IOException {
        List<byte[]> requests = new ArrayList<>();
        for (String text : new String[] {
            "GET /v1/orgs?limit=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/orgs?limit=%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/%c0%80/../../etc HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1//////// HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET http://elsewhere/v1/orgs HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
            "BREW /v1/orgs HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/orgs HTTP/1.1\r\n\r\n",
            "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /v1/orgs HTTP/1.1\r\nHost: x\r\nX-Big: " + "a".repeat(100_000) + "\r\n\r\n",
            "GET /v1/orgs HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
            "GET /v1/orgs HTTP/1.1\r\nHost: x\r\nX-A: b\r\n folded\r\n\r\n",
            "POST /v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /v1/orgs HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST /v1/orgs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /v1/orgs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
            "\u0016\u0003\u0001\u0002\u0000\u0001"
        }) {
            requests.add(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        for (byte[] request : requests) {
            String answer = raw(request);
            String what = new String(request, 0, Math.min(80, request.length), StandardCharsets.ISO_8859_1);
            assertThat(answer).as(what).doesNotStartWith("HTTP/1.1 500").doesNotContain("Exception", "\tat ");
            if (answer.startsWith("HTTP/1.1 4")) {
                assertThat(codeOf(answer)).as(what).isNotEqualTo("internal");
            }
        }
        assertThat(server.anonymous().get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void typesAreNamedExactly() {
        TestClient operator = server.operator();
        var body = Json.object().put("name", "typed");
        for (String type : new String[] {"text/json", "application/xml", "application/json-patch+json", ";", "*/*"}) {
            assertThat(operator.header("Content-Type", type)
                            .post("/v1/orgs", body)
                            .code())
                    .as(type)
                    .isEqualTo("unsupported_media_type");
        }
        for (String accept : new String[] {"text/html", "application/xml;q=1", "image/*", "nonsense"}) {
            assertThat(operator.header("Accept", accept).get("/v1/orgs").code())
                    .as(accept)
                    .isEqualTo("not_acceptable");
        }
        assertThat(operator.header("Accept", "text/html, application/*;q=0.1")
                        .get("/v1/orgs")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void hostileBodiesAreProblemsThatDoNotQuoteThem() {
        TestClient operator = server.operator();
        for (String body : new String[] {
            "{\"name\":" + "[".repeat(10_000),
            "{\"name\":\"canary\",\"name\":\"canary\"}",
            "{\"name\":\"canary\\u0000\"}",
            "{\"name\":\"canary\\udfff\"}",
            "{\"name\":canary}",
            "{\"name\":\"canary"
        }) {
            TestReply reply = operator.send("POST", "/v1/orgs", body.getBytes(StandardCharsets.UTF_8));
            assertThat(reply.code())
                    .as(body.substring(0, Math.min(40, body.length())))
                    .isEqualTo("malformed_body");
            assertThat(reply.toString()).doesNotContain("canary");
        }
        TestReply number = operator.send(
                "POST", "/v1/orgs", ("{\"name\":" + "9".repeat(2000) + "}").getBytes(StandardCharsets.UTF_8));
        assertThat(number.status()).isEqualTo(400);
        TestReply unknown = operator.post("/v1/orgs", Json.object().put("nmae", "x"));
        assertThat(unknown.json().at("/details/errors/0/nearest").asText()).isEqualTo("name");
        assertThat(operator.get("/v1/orgs?limti=3")
                        .json()
                        .at("/details/errors/0/nearest")
                        .asText())
                .isEqualTo("limit");
    }
}
