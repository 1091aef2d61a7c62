package dev.vt.edge.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** {@code /healthz}, {@code /readyz}, {@code /metrics} and {@code /status} on a port that tenants do not see. */
public final class AdminServer implements AutoCloseable {
    private final HttpServer server;

    /** What is asked, on the server's virtual threads. */
    public interface Sources {
        boolean isHealthy();

        /** Empty when the edge may take connections. */
        List<String> reasonsNotReady();

        String metrics();

        EdgeStatus status();
    }

    public AdminServer(InetSocketAddress listen, Sources sources) throws IOException {
        server = HttpServer.create(listen, 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        route("/healthz", () -> sources.isHealthy() ? answer(200, "ok\n") : answer(503, "loops do not tick\n"));
        route("/readyz", () -> {
            List<String> reasons = sources.reasonsNotReady();
            return reasons.isEmpty() ? answer(200, "ok\n") : answer(503, String.join("\n", reasons) + "\n");
        });
        route("/metrics", () -> new Answer(200, "text/plain; version=0.0.4", utf8(sources.metrics())));
        route("/status", () -> new Answer(200, "application/json", Json.bytes(sources.status())));
        server.start();
    }

    private record Answer(int status, String contentType, byte[] body) {}

    private static Answer answer(int status, String text) {
        return new Answer(status, "text/plain", utf8(text));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void route(String path, Supplier<Answer> source) {
        server.createContext(path, exchange -> respond(exchange, path, source));
    }

    private static void respond(HttpExchange exchange, String path, Supplier<Answer> source) throws IOException {
        try (exchange) {
            boolean known = exchange.getRequestURI().getPath().equals(path);
            Answer answer = known ? source.get() : answer(404, "not found\n");
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
