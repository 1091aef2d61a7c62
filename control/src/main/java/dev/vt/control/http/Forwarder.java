package dev.vt.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a request to the leader as its caller sent it (V10): with the same token, key and conditions, so that the leader decides
 * as if it had been asked itself. Thread-safe.
 */
final class Forwarder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
    /** Marks a request that must not be forwarded again. */
    static final String FORWARDED = "vt-forwarded";

    private static final Duration LEADER_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);
    private static final List<String> PASSED_ON = List.of(
            "authorization",
            "cookie",
            "origin",
            "x-csrf-token",
            "accept",
            "content-type",
            "idempotency-key",
            "if-match",
            "vt-consistency",
            "vt-min-event-id",
            "user-agent");

    private final ClusterRole role;
    private final HttpClient client;

    /** @param tls trusts the cluster's authority; null for plain HTTP */
    Forwarder(ClusterRole role, @Nullable SSLContext tls) {
        this.role = role;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_WITHIN);
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.client = builder.build();
    }

    /**
     * The leader's answer; its body is the caller's to close. Empty if this server has become the leader meanwhile.
     *
     * @param target path and query as they came
     * @throws ProblemException {@code no_leader} if none was found within 10 s, {@code commit_unknown} if the leader was lost
     *     after the request had left
     */
    Optional<HttpResponse<InputStream>> send(
            HttpMethod method, String target, Map<String, String> headers, String requestId, byte[] body)
            throws InterruptedException {
        long deadline = System.nanoTime() + LEADER_WITHIN.toNanos();
        boolean lookedOnce = false;
        while (!lookedOnce || System.nanoTime() < deadline) {
            lookedOnce = true;
            if (role.executes()) {
                return Optional.empty();
            }
            Optional<URI> leader = headers.containsKey(FORWARDED) ? Optional.empty() : role.leader();
            if (leader.isPresent()) {
                Optional<HttpResponse<InputStream>> answer =
                        attempt(request(leader.get(), method, target, headers, requestId, body), method);
                if (answer.isPresent()) {
                    return answer;
                }
            }
            if (headers.containsKey(FORWARDED)) {
                break;
            }
            Thread.sleep(LOOK_AGAIN);
        }
        throw new ProblemException(Problem.of(ErrorCode.NO_LEADER, "no server leads at the moment"));
    }

    private static HttpRequest request(
            URI leader, HttpMethod method, String target, Map<String, String> headers, String requestId, byte[] body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(leader.resolve(target))
                .timeout(ANSWER_WITHIN)
                .method(
                        method.name(),
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .header("x-request-id", requestId)
                .header(FORWARDED, "1");
        PASSED_ON.forEach(name -> {
            String value = headers.get(name);
            if (value != null) {
                builder.header(name, value);
            }
        });
        return builder.build();
    }

    /** Empty if the request was certainly not executed, so that it may be sent again. */
    private Optional<HttpResponse<InputStream>> attempt(HttpRequest request, HttpMethod method)
            throws InterruptedException {
        try {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            return answer.statusCode() == 503 && saysNoLeader(answer) ? Optional.empty() : Optional.of(answer);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            log.debug("the leader cannot be reached leader={}", request.uri().getAuthority(), e);
            return Optional.empty();
        } catch (IOException e) {
            log.info(
                    "the leader was lost in the middle of a request leader={}",
                    request.uri().getAuthority(),
                    e);
            if (method == HttpMethod.GET) {
                return Optional.empty();
            }
            throw new ProblemException(Problem.of(ErrorCode.COMMIT_UNKNOWN, "the leader was lost before it answered")
                    .withHint("retry with the same Idempotency-Key to learn the outcome"));
        }
    }

    /** Reads the answer's body; another refusal of 503 is read too and told anew. */
    private static boolean saysNoLeader(HttpResponse<InputStream> answer) throws IOException {
        try (InputStream body = answer.body()) {
            byte[] bytes = body.readNBytes(64 * 1024);
            JsonNode refusal = Json.parse(bytes);
            String code = refusal.path("code").asText();
            if (code.equals(ErrorCode.NO_LEADER.code())) {
                return true;
            }
            throw new ProblemException(Problem.of(
                    code.equals(ErrorCode.COMMIT_UNKNOWN.code()) ? ErrorCode.COMMIT_UNKNOWN : ErrorCode.UNAVAILABLE,
                    // The registry's refusals have a form of their own.
                    refusal.path("errors").path(0).path("message").asText("the leader does not answer now")));
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new IOException("an answer of 503 that is no problem document", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
