package dev.vt.images.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Stands before a registry, passes reads on, and injects one fault per request as the test says. */
public final class FaultyProxy implements AutoCloseable {
    /** What happens to one request. */
    public sealed interface Fault {
        record None() implements Fault {}

        record Status(int status, String header, String value) implements Fault {}

        /** The connection is cut after so many bytes of the body. */
        record Cut(int afterBytes) implements Fault {}

        /** One bit of the body is flipped. */
        record Flip() implements Fault {}

        /** More bytes than there should be. */
        record Surplus() implements Fault {}

        /** The Range header is not honoured. */
        record NoRange() implements Fault {}

        /** Headers, then nothing. */
        record Stall() implements Fault {}
    }

    /** Decides about each request. */
    @FunctionalInterface
    public interface Script {
        Fault faultFor(String method, String path, int nth);
    }

    private final String registryHost;
    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile Script script = (method, path, nth) -> new Fault.None();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());

    public FaultyProxy(String registryHost) throws IOException {
        this.registryHost = registryHost;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    public void script(Script next) {
        script = next;
        requests.clear();
        authorizations.clear();
    }

    /** {@code METHOD path} of each request since the last script. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    public List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        String line = exchange.getRequestMethod() + " " + path;
        int nth;
        synchronized (requests) {
            nth = Collections.frequency(requests, line);
            requests.add(line);
        }
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        Fault fault = script.faultFor(exchange.getRequestMethod(), path, nth);
        try (exchange) {
            if (fault instanceof Fault.Status(int status, String header, String value)) {
                if (!header.isEmpty()) {
                    exchange.getResponseHeaders().set(header, value);
                }
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            HttpResponse<byte[]> answer = forward(exchange, path, fault);
            send(exchange, answer, fault);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, String path, Fault fault)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + registryHost + path))
                .header("Authorization", "Bearer all");
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range != null && !(fault instanceof Fault.NoRange)) {
            request.header("Range", range);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void send(HttpExchange exchange, HttpResponse<byte[]> answer, Fault fault) throws IOException {
        for (String name : List.of("Content-Type", "Content-Range", "Docker-Content-Digest")) {
            answer.headers()
                    .firstValue(name)
                    .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
        }
        byte[] body = answer.body();
        int surplus = fault instanceof Fault.Surplus ? 10 : 0;
        exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length + surplus);
        OutputStream out = exchange.getResponseBody();
        switch (fault) {
            case Fault.Cut(int after) -> {
                out.write(body, 0, Math.min(after, body.length));
                out.flush();
                throw new IOException("cut on purpose");
            }
            case Fault.Flip ignored -> {
                byte[] flipped = body.clone();
                flipped[flipped.length / 2] ^= 1;
                out.write(flipped);
            }
            case Fault.Surplus ignored -> {
                out.write(body);
                out.write(new byte[surplus]);
            }
            case Fault.Stall ignored -> {
                out.flush();
                hold();
            }
            default -> out.write(body);
        }
    }

    /** Sends nothing for longer than the tests wait. */
    private static void hold() throws IOException {
        try {
            new CountDownLatch(1).await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("stalled on purpose");
    }

    @Override
    public void close() {
        server.stop(0);
        http.shutdownNow();
    }
}
