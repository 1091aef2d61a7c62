package dev.vt.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers the calls it was told about, as a server would; anything else is a 404 problem. Remembers what was asked. */
final class StubApi implements AutoCloseable {
    static final String ORG = "org_01k9ejze95es8r65rzyjka7920";
    static final String PROJECT = "prj_01k9ejze95es8r65rzyjka7921";
    static final String APP = "app_01k9ejze95es8r65rzyjka7922";
    static final String ENV = "env_01k9ejze95es8r65rzyjka7923";

    private record Answer(int status, String body) {}

    private final HttpServer server;
    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();

    StubApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", this::handle);
        server.start();
        on("GET /v1/orgs", page(named(ORG, "acme")));
        on("GET /v1/orgs/" + ORG + "/projects", page(named(PROJECT, "web")));
        on("GET /v1/orgs/" + ORG + "/projects/" + PROJECT, named(PROJECT, "web"));
        on(
                "GET /v1/orgs/" + ORG + "/apps",
                page("{\"id\":\"" + APP + "\",\"name\":\"shop\",\"project_id\":\"" + PROJECT + "\"}"));
        on(
                "GET /v1/orgs/" + ORG + "/apps/" + APP + "/envs",
                page("{\"id\":\"" + ENV
                        + "\",\"name\":\"prod\",\"protected\":false,\"created_at\":\"2030-01-02T03:04:05Z\"}"));
    }

    static String named(String id, String name) {
        return "{\"id\":\"" + id + "\",\"name\":\"" + name + "\",\"created_at\":\"2030-01-02T03:04:05.678Z\"}";
    }

    static String page(String... items) {
        return "{\"items\":[" + String.join(",", items) + "],\"next_cursor\":null}";
    }

    static String mutation(String status, String ids, String changes, String resource) {
        return """
                {"resource":%s,"receipt":{"operation":"test","status":"%s","request_id":"req_01k9ejze80emq8k9w39qsaekf4",
                 "event_id":%s,"at":"2030-01-02T03:04:05Z","ids":%s,"changes":%s,"wait":null}}""".formatted(resource, status, status.equals("unchanged") ? "null" : "48213", ids, changes);
    }

    static String problem(int status, String code, String detail, String hint) {
        return """
                {"type":"urn:vt:error:%s","title":"%s","status":%d,"detail":"%s","code":"%s","hint":"%s","retryable":false,
                 "request_id":"req_01k9ejze80emq8k9w39qsaekf4","details":{}}""".formatted(code, code, status, detail, code, hint);
    }

    StubApi on(String call, String body) {
        return on(call, 200, body);
    }

    StubApi on(String call, int status, String body) {
        answers.put(call, new Answer(status, body));
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String call =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        synchronized (calls) {
            calls.add(call + (body.isEmpty() ? "" : " " + body));
        }
        Answer answer =
                answers.getOrDefault(call, new Answer(404, problem(404, "not_found", "there is no such thing", "")));
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Vt-Event-Id", "48213");
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    List<String> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
