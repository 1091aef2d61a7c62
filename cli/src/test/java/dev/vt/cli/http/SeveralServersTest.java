package dev.vt.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Interrupts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A control plane of several servers is used as long as one of them answers. */
class SeveralServersTest {
    private final List<HttpServer> running = new ArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        running.forEach(server -> server.stop(0));
    }

    @Test
    void aServerThatDoesNotRunGivesWayToTheNext() throws IOException {
        ApiClient api = client(nobody() + "," + server("b", 200, "{\"name\": \"b\"}"));
        assertThat(api.get("/v1/version", "asking").str("name")).isEqualTo("b");
        assertThat(api.get("/v1/version", "asking").str("name")).isEqualTo("b");
        assertThat(calls).containsExactly("b GET", "b GET");
    }

    /** It was certainly not sent. */
    @Test
    void soDoesACallThatMustNotBeRepeated() throws IOException {
        ApiClient api = client(nobody() + ", " + server("b", 200, "{\"name\": \"b\"}") + "/");
        assertThat(api.post("/v1/auth/login", Map.of(), "signing in").str("name"))
                .isEqualTo("b");
    }

    @Test
    void aServerWithoutLeaderGivesWayToo() throws IOException {
        String problem = "{\"code\": \"no_leader\", \"title\": \"no leader\", \"retryable\": true}";
        ApiClient api = client(server("a", 503, problem) + "," + server("b", 200, "{\"name\": \"b\"}"));
        assertThat(api.get("/v1/version", "asking").str("name")).isEqualTo("b");
        assertThat(calls).containsExactly("a GET", "b GET");
    }

    @Test
    void ifNobodyAnswersAllAreNamed() throws IOException {
        String first = nobody();
        String second = nobody();
        ApiClient api = client(first + "," + second).once();
        assertThatThrownBy(() -> api.get("/v1/version", "asking"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cannot reach " + first + ", " + second);
    }

    private static ApiClient client(String servers) {
        return new ApiClient(new ApiClient.Connection(
                Servers.of(servers), null, Duration.ofSeconds(10), null, null, new Interrupts()));
    }

    private String server(String name, int status, String answer) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/", exchange -> {
            calls.add(name + " " + exchange.getRequestMethod());
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        running.add(server);
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }
    }
}
