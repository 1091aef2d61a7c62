package dev.vt.control.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Calls a test server; every answer is held against the contract. Immutable. */
public final class TestClient {
    private static final AtomicLong KEYS = new AtomicLong();

    private final HttpClient http;
    private final int port;
    private final Contract contract;
    private final @Nullable String token;
    private final Map<String, String> headers;

    TestClient(HttpClient http, int port, Contract contract, @Nullable String token) {
        this(http, port, contract, token, Map.of());
    }

    private TestClient(
            HttpClient http, int port, Contract contract, @Nullable String token, Map<String, String> headers) {
        this.http = http;
        this.port = port;
        this.contract = contract;
        this.token = token;
        this.headers = headers;
    }

    /** The same client with one more header on each call. */
    public TestClient header(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new TestClient(http, port, contract, token, more);
    }

    public TestClient key(String idempotencyKey) {
        return header("Idempotency-Key", idempotencyKey);
    }

    public TestClient ifMatch(long version) {
        return header("If-Match", "\"" + version + "\"");
    }

    public TestReply get(String path) {
        return send("GET", path, null);
    }

    public TestReply delete(String path) {
        return send("DELETE", path, null);
    }

    /** With a key of its own unless one was set. */
    public TestReply post(String path, JsonNode body) {
        return send("POST", path, Json.bytes(body));
    }

    public TestReply patch(String path, JsonNode body) {
        return send("PATCH", path, Json.bytes(body));
    }

    public TestReply put(String path, JsonNode body) {
        return send("PUT", path, Json.bytes(body));
    }

    /** Any method, any bytes. */
    public TestReply send(String method, String path, byte @Nullable [] body) {
        try {
            HttpResponse<byte[]> response =
                    http.send(request(method, path, body), HttpResponse.BodyHandlers.ofByteArray());
            TestReply reply = new TestReply(response.statusCode(), response.headers(), response.body());
            contract.check(method, path, body, reply);
            return reply;
        } catch (IOException e) {
            throw new AssertionError("no answer to " + method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** An open stream; the caller closes it. */
    public HttpResponse<InputStream> stream(String path, String accept) {
        try {
            return http.send(
                    header("Accept", accept).request("GET", path, null), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new AssertionError("no answer to " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private HttpRequest request(String method, String path, byte @Nullable [] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (token != null) {
            request.setHeader("Authorization", "Bearer " + token);
        }
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        if (method.equals("POST") && token != null) {
            request.setHeader("Idempotency-Key", "test-key-" + KEYS.incrementAndGet());
        }
        headers.forEach((name, value) -> {
            if (value.isEmpty()) {
                return;
            }
            request.setHeader(name, value);
        });
        return request.build();
    }
}
