package dev.vt.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers the calls it was told about, as the server would: every answer and every request is held against the OpenAPI fragments.
 * Anything else is a 404 problem. An org with a shop is there from the start. Remembers what was asked.
 */
final class StubApi implements AutoCloseable {
    private record Answer(int status, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Answer>> answers = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final List<AssertionError> violations = new ArrayList<>();

    StubApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
        String o = "/v1/orgs/" + Things.ORG;
        on("GET /v1/orgs", Things.page(Things.org()));
        on("GET " + o, Things.org());
        on("GET " + o + "/projects", Things.page(Things.project()));
        on("GET " + o + "/projects/" + Things.PROJECT, Things.project());
        on("GET " + o + "/apps", Things.page(Things.app()));
        on("GET " + o + "/apps/" + Things.APP, Things.app());
        on("GET " + o + "/apps/" + Things.APP + "/envs", Things.page(Things.env()));
        on("GET " + o + "/envs/" + Things.ENV, Things.env());
        on("GET " + o + "/events", Things.events());
    }

    StubApi on(String call, String body) {
        return on(call, 200, body);
    }

    /** Answers from now on, in place of what was said before. */
    StubApi on(String call, int status, String body) {
        answers.put(call, new ArrayDeque<>());
        return then(call, status, body);
    }

    /** Answers once the former has been given; the last is given again and again. */
    StubApi then(String call, int status, String body) {
        if (!call.endsWith("/stream")) {
            Contract.get().checkAnswer(call, status, body);
        }
        synchronized (calls) {
            answers.computeIfAbsent(call, added -> new ArrayDeque<>()).addLast(new Answer(status, body));
        }
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String call =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getQuery();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Answer answer;
        synchronized (calls) {
            calls.add(call + (query == null ? "" : "?" + query) + (body.isEmpty() ? "" : " " + body));
            if (!body.isEmpty()) {
                try {
                    Contract.get().checkRequest(call, body);
                } catch (AssertionError e) {
                    violations.add(e);
                }
            }
            Deque<Answer> known = answers.get(call);
            answer = known == null
                    ? new Answer(404, Things.problem(404, "not_found", "there is no such thing", ""))
                    : known.size() > 1 ? known.removeFirst() : known.getFirst();
        }
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Vt-Event-Id", "48213");
        exchange.getResponseHeaders().set("Date", "Wed, 02 Jan 2030 03:04:05 GMT");
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    List<String> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    /** Requests that the server would not have taken. */
    List<AssertionError> violations() {
        synchronized (calls) {
            return List.copyOf(violations);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
