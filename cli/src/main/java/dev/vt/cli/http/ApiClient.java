package dev.vt.cli.http;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonReader;
import dev.vt.cli.json.JsonWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Calls the API of one server (api.md): JSON in and out, problems as {@link CliException}, retries of what may be retried. */
public final class ApiClient {
    private static final int TRIES = 4;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STREAM_SILENCE = Duration.ofSeconds(30);

    private final String server;
    private final @Nullable String token;
    private final Duration timeout;
    private final @Nullable SSLSocketFactory tls;
    private final @Nullable PrintStream debug;
    private long lastEventId;

    /**
     * @param server scheme, host and port
     * @param token sent as bearer; null for public calls only
     * @param timeout longest silence of one call
     * @param debug gets one line per call, never a header or a body
     */
    public ApiClient(
            String server,
            @Nullable String token,
            Duration timeout,
            @Nullable SSLSocketFactory tls,
            @Nullable PrintStream debug) {
        this.server = server;
        this.token = token;
        this.timeout = timeout;
        this.tls = tls;
        this.debug = debug;
    }

    public String server() {
        return server;
    }

    public @Nullable String token() {
        return token;
    }

    public @Nullable SSLSocketFactory tls() {
        return tls;
    }

    /** @param query name and value in turn; an empty value is left out */
    public static String path(String path, String... query) {
        StringBuilder out = new StringBuilder(path);
        char separator = '?';
        for (int i = 0; i < query.length; i += 2) {
            if (!query[i + 1].isEmpty()) {
                out.append(separator)
                        .append(query[i])
                        .append('=')
                        .append(URLEncoder.encode(query[i + 1], StandardCharsets.UTF_8));
                separator = '&';
            }
        }
        return out.toString();
    }

    public Doc get(String path, String activity) {
        return call("GET", path, null, null, null, activity);
    }

    /** All pages of a list, at most 10,000 items. */
    public List<Doc> list(String path, String activity) {
        List<Doc> items = new ArrayList<>();
        String cursor = "";
        do {
            String page = path + (path.contains("?") ? "&" : "?") + "limit=200"
                    + (cursor.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
            Doc answer = get(page, activity);
            items.addAll(answer.list("items"));
            cursor = answer.str("next_cursor");
        } while (!cursor.isEmpty() && items.size() < 10_000);
        return items;
    }

    /** @param body a Map or Doc, or null for none */
    public Doc mutate(String method, String path, @Nullable Object body, String idempotencyKey, String activity) {
        return call(method, path, body, idempotencyKey, null, activity);
    }

    /** As {@link #mutate}, only if the resource still has this version (A10). */
    public Doc mutateIf(long version, String method, String path, Object body, String idempotencyKey, String activity) {
        return call(method, path, body, idempotencyKey, "\"" + version + "\"", activity);
    }

    private Doc call(
            String method,
            String path,
            @Nullable Object body,
            @Nullable String idempotencyKey,
            @Nullable String ifMatch,
            String activity) {
        byte[] bytes = body == null ? null : JsonWriter.line(body).getBytes(StandardCharsets.UTF_8);
        for (int attempt = 1; ; attempt++) {
            CliError failure;
            try (Http.Response response =
                    exchange(method, path, bytes, idempotencyKey, ifMatch, "application/json", timeout)) {
                byte[] answer = response.readAll();
                debug(method, path, response.status());
                if (response.status() < 300) {
                    if (response.headers().get("vt-event-id") instanceof String id) {
                        lastEventId = Math.max(lastEventId, Long.parseLong(id));
                    }
                    return answer.length == 0 ? Doc.NULL : JsonReader.read(answer);
                }
                failure = CliError.fromProblem(response.status(), problem(answer), activity);
            } catch (IOException e) {
                failure = CliError.network(reason(e)).during(activity);
            }
            boolean mayRetry = failure.retryable() && ("GET".equals(method) || idempotencyKey != null);
            if (!mayRetry || attempt == TRIES || "network".equals(failure.code()) && attempt > 2) {
                throw new CliException(failure);
            }
            Long after = failure.retryAfterSeconds();
            long millis = Math.min(8_000, after == null ? 250L << attempt : Math.max(after * 1000, 250));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            if (Thread.interrupted()) {
                throw new CliException(failure);
            }
        }
    }

    /**
     * Reads a stream of JSON lines until the server ends it or the consumer says stop.
     *
     * @param lines gets each object; returns false to stop
     * @return whether the consumer stopped it
     * @throws IOException if the connection is lost
     */
    public boolean stream(String path, String activity, LineConsumer lines) throws IOException {
        try (Http.Response response = exchange("GET", path, null, null, null, "application/x-ndjson", STREAM_SILENCE)) {
            debug("GET", path, response.status());
            if (response.status() >= 300) {
                throw new CliException(CliError.fromProblem(response.status(), problem(response.readAll()), activity));
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank() && !lines.accept(JsonReader.read(line.getBytes(StandardCharsets.UTF_8)))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Takes one object of a stream. */
    @FunctionalInterface
    public interface LineConsumer {
        boolean accept(Doc line) throws IOException;
    }

    private Http.Response exchange(
            String method,
            String path,
            byte @Nullable [] body,
            @Nullable String idempotencyKey,
            @Nullable String ifMatch,
            String accept,
            Duration readTimeout)
            throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", accept + ", application/problem+json");
        if (token != null) {
            headers.put("Authorization", "Bearer " + token);
        }
        if (body != null) {
            headers.put("Content-Type", "application/json");
        }
        if (idempotencyKey != null) {
            headers.put("Idempotency-Key", idempotencyKey);
        }
        if (ifMatch != null) {
            headers.put("If-Match", ifMatch);
        }
        if (lastEventId > 0) {
            headers.put("Vt-Min-Event-Id", Long.toString(lastEventId));
        }
        return Http.send(
                new Http.Request(method, URI.create(server + path), headers, body), CONNECT_TIMEOUT, readTimeout, tls);
    }

    private static Doc problem(byte[] answer) {
        try {
            return JsonReader.read(answer);
        } catch (IOException notJson) {
            return Doc.NULL;
        }
    }

    private String reason(IOException e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return "cannot reach " + server + ": " + text;
    }

    private void debug(String method, String path, int status) {
        if (debug != null) {
            debug.println("debug: " + method + " " + path + " -> " + status);
        }
    }
}
