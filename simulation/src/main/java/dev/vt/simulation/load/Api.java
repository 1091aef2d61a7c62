package dev.vt.simulation.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** One client's connections to all servers. Never asks twice by itself, but for reads. Thread-safe. */
public final class Api implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
    /** Longer than a server takes to say that it does not know (A11), so that most outcomes come from it. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);

    /** What came back. */
    public sealed interface Answer {
        /** With a body, also of a refusal. */
        record Heard(int status, JsonNode body, Map<String, List<String>> headers) implements Answer {
            public boolean ok() {
                return status / 100 == 2;
            }

            public String code() {
                return body.path("code").asText("http_" + status);
            }
        }

        /** The request did not leave. */
        record NotSent(String why) implements Answer {}

        /** It left, or may have. */
        record Lost(String why) implements Answer {}
    }

    private final List<URI> servers;
    private final HttpClient client;
    private final String token;

    /** @param servers the first is number 1 */
    public Api(List<URI> servers, SSLContext trust, String token) {
        this.servers = List.copyOf(servers);
        this.token = token;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_WITHIN)
                .sslContext(trust)
                .build();
    }

    /** @param authority the cluster's {@code ca.pem} */
    public static SSLContext trusting(Path authority) throws IOException {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            store.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("not an authority's certificate: " + authority, e);
        }
    }

    public int servers() {
        return servers.size();
    }

    /**
     * @param server from 1
     * @param headers names and values
     */
    public Answer send(int server, String method, String path, @Nullable JsonNode body, String... headers)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        servers.get(server - 1).resolve(path))
                .timeout(ANSWER_WITHIN)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            JsonNode said = answer.body().length == 0 ? Json.object() : Json.parse(answer.body());
            return new Answer.Heard(answer.statusCode(), said, answer.headers().map());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Answer.NotSent(e.toString());
        } catch (IOException | IllegalArgumentException e) {
            return new Answer.Lost(e.toString());
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
